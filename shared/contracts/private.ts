import type { Identity } from '../session/identity';

/** `GET /api/private`: who the authorizer says is asking. */
export interface PrivateResponse {
  readonly user: Identity;
}
