import type { RequestHandler } from 'express';
import { asyncRoute } from '../async-route';
import { currentUser } from './identity';
import type { ApiKeyStore } from './store';

/**
 * Accepts `x-api-key` on the routes that integrations may read. A session wins over a key. An unknown key is no error here: the
 * request goes on anonymously, and the access check behind decides.
 */
export function acceptApiKey(apiKeys: ApiKeyStore): RequestHandler {
  return asyncRoute(async (req, _res, next) => {
    const key = req.get('x-api-key');
    if (!currentUser(req) && key !== undefined && key !== '') {
      const found = await apiKeys.findByKey(key);
      if (found) req.integration = { name: found.name, customerAccountId: found.customerAccountId.toHexString() };
    }
    next();
  });
}
