import { BanyanError, bindHttpHandler, json } from 'banyan-strangler/lambda';
import { mongo } from 'banyan-strangler/mongo';
import banyan from '../../banyan.config.js';

const access = { auth: 'required', accepts: ['session', 'api-key'] };

export const handler = bindHttpHandler(banyan)(access, async ({ identity, query }) => {
  const page = Number.parseInt(String(query['page'] ?? '1'), 10);
  if (!(page >= 1)) throw new BanyanError('page must be 1 or more', { code: 'bad_page', statusCode: 400 });
  const all = (await mongo().db()).collection('notes').find({ team: identity.team }).sort({ updatedAt: -1, _id: 1 });
  const found = await all.skip((page - 1) * 20).limit(20).toArray();
  const notes = found.map(({ _id, title, text, updatedAt }) => ({ id: _id.toHexString(), title, text, updatedAt }));
  return json(200, { notes, page });
});
