import { hash } from 'node:crypto';
import { unsign } from '../../shared/session/unsign';
import type { SessionUsers } from '../cohort/session-users';

/** How clients are distinguished. */
export interface ClientSettings {
  /** Verify session tokens; without any, clients are addresses. */
  readonly secrets: readonly string[];
  /** Without it a well-signed session counts as a client, whether it has ended or not. */
  readonly users: SessionUsers | undefined;
}

/** Who sent a request, for shares and counting; permits nothing. Private fields, so that neither JSON nor a logger shows them. */
export class Client {
  readonly #address: string;
  readonly #presented: { readonly token: string | undefined };
  readonly #settings: ClientSettings;
  #session: { readonly key: string | undefined } | undefined;

  /** @param presented what the client presents as its session; read only when it matters */
  constructor(address: string, presented: { readonly token: string | undefined }, settings: ClientSettings) {
    this.#address = address;
    this.#presented = presented;
    this.#settings = settings;
  }

  get address(): string {
    return this.#address;
  }

  /**
   * Whom an address may belong to, to count clients by. Of IPv6 the first 48 bits: anyone may have all networks below them. Shares go by
   * {@link address}, because a mobile carrier's customers have as many bits in common.
   */
  get network(): string {
    const address = this.#address;
    return address.endsWith('::/64') ? `${address.split(':', 3).join(':')}::/48` : address;
  }

  /** Of a well-signed session, alive or not; undefined without one. Anything else would let a client invent sessions. */
  get session(): string | undefined {
    this.#session ??= { key: this.#verifiedSession() };
    return this.#session.key;
  }

  /** The user of a session that is alive, else the address: a client may collect sessions. Where no store can be asked, the session. */
  id(): string | Promise<string> {
    const { users } = this.#settings;
    const { token } = this.#presented;
    if (token === undefined) return this.network;
    if (users === undefined) return this.session ?? this.network;
    const user = users.userOf(token);
    return user instanceof Promise ? user.then((found) => this.#idOf(found)) : this.#idOf(user);
  }

  #idOf(user: { readonly userId: string } | undefined): string {
    return user === undefined ? this.network : `user ${user.userId}`;
  }

  #verifiedSession(): string | undefined {
    const { token } = this.#presented;
    const verified = token === undefined ? undefined : unsign(token, this.#settings.secrets);
    return verified && `session ${hash('sha256', verified.id, 'base64')}`;
  }
}
