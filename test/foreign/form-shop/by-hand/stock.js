const { bindHttpHandler, json } = require('banyan-strangler/lambda');
const { mongo } = require('banyan-strangler/mongo');
const banyan = require('../../banyan.config');

exports.handler = bindHttpHandler(banyan)(async () => {
  const items = await (await mongo().db()).collection('items').find().sort({ name: 1 }).toArray();
  return json(200, { items: items.map(({ _id, name, stock }) => ({ id: _id.toHexString(), name, stock })) });
});
