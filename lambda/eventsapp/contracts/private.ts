import type { Identity } from '../../../shared/session/identity';

/** `GET /api/private`: who the authorizer says is asking. */
export interface PrivateResponse {
  readonly user: Identity;
}
