import { json } from 'banyan-strangler/lambda';
import { httpHandler } from '../http-handler';
import type { PrivateResponse } from '../contracts/private';

/** `GET /api/private`: exists only here, to show that the authorizer knows the monolith's users. */
export const handler = httpHandler(({ identity }) => json(200, { user: identity } satisfies PrivateResponse));
