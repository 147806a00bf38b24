import type { PrivateResponse } from '../contracts/private';
import { httpHandler, json } from '../../http/bind-http-handler';

/** `GET /api/private`: exists only here, to show that the authorizer knows the monolith's users. */
export const handler = httpHandler(({ identity }) => json(200, { user: identity } satisfies PrivateResponse));
