import type { Identity } from './identity';
import type { StoredSession, Touch } from './session-format';
import type { SessionToken } from './token-from-request';
import type { VerifiedId } from './unsign';

/**
 * What one step of the session authenticator found, in the order of the steps; the steps after a refusal are missing. For
 * tools that explain a decision. Holds tokens and ids: never to be printed or logged as it is.
 */
export type SessionStep =
  | { readonly step: 'token'; readonly token: SessionToken | undefined }
  | { readonly step: 'signature'; readonly verified: VerifiedId | undefined }
  | { readonly step: 'record'; readonly found: boolean }
  | { readonly step: 'session'; readonly session: StoredSession }
  | { readonly step: 'identity'; readonly identity: Identity | undefined }
  | { readonly step: 'touch'; readonly touch: Touch | undefined };
