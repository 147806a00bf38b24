import { bindHttpHandler, json } from 'banyan-strangler/lambda';
import { connectEarly, mongo } from 'banyan-strangler/mongo';
import banyan from '../../banyan.config';

connectEarly();

export const handler = bindHttpHandler(banyan)(async () => {
  const items = await (await mongo().db()).collection('items').find().sort({ name: 1 }).toArray();
  return json(200, { items: items.map(({ _id, name, stock }) => ({ id: _id.toHexString(), name, stock })) });
});
