import type { Identity } from './identity';
import type { StoredSession, Touch } from './stores/store-format';
import type { SessionToken } from './token-from-request';
import type { VerifiedId } from './unsign';

/** What each step of the session authenticator found, up to a refusal. Holds tokens and ids: never print or log it as it is. */
export type SessionStep =
  | { readonly step: 'token'; readonly token: SessionToken | undefined }
  | { readonly step: 'signature'; readonly verified: VerifiedId | undefined }
  | { readonly step: 'record'; readonly found: boolean }
  | { readonly step: 'session'; readonly session: StoredSession }
  | { readonly step: 'identity'; readonly identity: Identity | undefined }
  | { readonly step: 'touch'; readonly touch: Touch | undefined };
