/** The monolith's sessions: who a request acts for, and how that is found out. */
export { apiKeyAuthenticator } from './api-key-authenticator';
export type {
  AnonymousReason,
  AuthenticationContext,
  AuthenticationRequest,
  AuthenticationResult,
  Authenticator,
  Credential,
} from './authenticator';
export { passportUserData, type Identity, type IdentityParser, type IdentityResolver } from './identity';
export { resolveSecrets } from './secret-source';
export { resolveSession, type ResolvedSession } from './session-config';
export { ownProperty } from './own-property';
export { passportUserId, type UserId } from './passport-user-id';
export { sessionAuthenticator } from './session-authenticator';
export { idText, parseUserId } from './user-id';
