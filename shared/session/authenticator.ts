import type { Db } from 'mongodb';
import type { Logger } from '../logger';
import type { Identity, IdentityResolver } from './identity';
import type { StoreFormat } from './stores/store-format';
import type { ResolvedSession } from './session-config';
import type { SessionStep } from './session-step';
import type { RequestHeaders } from './token-from-request';

/** What an authenticator sees of a request. */
export interface AuthenticationRequest extends RequestHeaders {
  /** The path the client asked for, without stage and query. */
  readonly path?: string | undefined;
}

/** What an authenticator works with; made once per function instance, `db` connects at the first use. */
export interface AuthenticationContext<I extends Identity = Identity> {
  readonly session: ResolvedSession;
  readonly format: StoreFormat;
  readonly identity: IdentityResolver<I>;
  readonly db: () => Promise<Db>;
  readonly now: () => Date;
  readonly logger: Logger;
  /** Hears every step of the session authenticator as it is taken. */
  readonly observe?: (step: SessionStep) => void;
}

/** Why a request is anonymous: for logs and tools, never for clients. */
export type AnonymousReason =
  | 'no credential'
  | 'bad signature'
  | 'outside the cookie path'
  | 'no live session'
  | 'not logged in'
  /** passport has a user, `identity` makes nothing of it: deleted, or `identity` does not fit the monolith. */
  | 'user not recognised'
  | 'unknown key';

/** The session behind a request that goes on; the monolith extends it and renews its cookie even when no one is logged in. */
export interface LiveSession {
  /** The stored session's `cookie` as JSON, for `renewSessionCookie`. */
  readonly sessionCookie?: string;
  /** Work that may follow the decision; its failure must not matter. */
  readonly afterwards?: () => Promise<void>;
}

/** Whom a request acts for, or why for no one, and the live session that was found on the way. */
export type AuthenticationResult<I extends Identity = Identity> =
  | ({ readonly outcome: 'anonymous'; readonly reason: AnonymousReason } & LiveSession)
  | ({ readonly outcome: 'authenticated'; readonly identity: I } & LiveSession);

/** Where a request carries a credential, as the conditions of the route table's `unless`. */
export type Credential = { readonly header: string } | { readonly cookie: string } | { readonly query: string };

/**
 * One kind of credential. They are asked in the configured order until one says who it is; an anonymous result lets the
 * next one try, as the monolith's middleware does.
 *
 * A rejection means that it could not be found out (database away): the request fails with 500, never 401.
 */
export interface Authenticator<I extends Identity = Identity> {
  /** Handlers learn by it who has let a request in, and say which they accept. */
  readonly name: string;
  /** Where it looks; `banyan check` compares this with what the monolith accepts. */
  readonly credentials?: readonly Credential[];
  authenticate(request: AuthenticationRequest, context: AuthenticationContext<I>): Promise<AuthenticationResult<I>>;
}
