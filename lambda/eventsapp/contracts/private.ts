import type { Identity } from 'banyan-strangler/session';

/** `GET /api/private`: who the authorizer says is asking. */
export interface PrivateResponse {
  readonly user: Identity;
}
