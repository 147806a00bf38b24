import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import expressSession from 'express-session';
import { MongoClient, type Collection, type Document } from 'mongodb';
import type { IdentityResolver } from '../../../../shared/session/identity';
import type { SessionOptions } from '../../../../shared/session/session-config';
import { sign } from '../../../../shared/session/unsign';
import { COOKIE_NAME, oracleApp, passport07 } from '../../../oracles/app';
import { connectMongo, type OracleStore } from '../../../oracles/stores';
import { listen } from '../../../support/listen';
import { restEvent } from './events';
import { runningAuthorizer, SECRETS } from './running-authorizer';

/** How long the application may take to answer. */
const PATIENCE = 10_000;

/** A header as it is sent; the same name may come more than once. */
export type Header = readonly [name: string, value: string];

export interface SidesOptions {
  readonly uri: string;
  /** The monolith's own store; connect-mongo 6 by its defaults unless told otherwise. */
  readonly open?: (uri: string) => OracleStore;
  /** Options of express-session; its type does not know `key`, the old name of `name`. */
  readonly theirs?: Partial<Parameters<typeof oracleApp>[0]['session']> & { readonly key?: string };
  /** The same in banyan.config.ts. */
  readonly ours?: Omit<SessionOptions, 'secrets' | 'store'> & { readonly store?: SessionOptions['store'] };
  readonly passport?: Parameters<typeof oracleApp>[0]['passport'];
  readonly identity?: IdentityResolver;
}

/** An Express application with real sessions and the authorizer, on one database. */
export async function sideBySide(options: SidesOptions) {
  const {
    uri,
    open = (at: string) => connectMongo(6, at),
    theirs = {},
    ours = {},
    passport = passport07(),
    identity,
  } = options;
  const oracle = open(uri);
  const session = { secret: SECRETS, store: oracle.store, cookie: { maxAge: 600_000 }, ...theirs };
  const server = createServer(oracleApp({ session, passport }));
  const port = await listen(server);
  const client = await MongoClient.connect(uri);
  const { store = { format: 'connect-mongo' } as const, ...others } = ours;
  const lambda = runningAuthorizer({
    uri,
    session: { cookieName: COOKIE_NAME, ...others, store },
    ...(identity && { identity }),
  });

  /** Sends these header lines as they are. No status: the application did not answer. */
  const send = async (method: string, path: string, headers: readonly Header[], body?: string) => {
    const lines = [['Host', `127.0.0.1:${port}`], ['Connection', 'close'], ...headers] as [string, string][];
    if (body !== undefined)
      lines.push(['Content-Type', 'application/json'], ['Content-Length', String(Buffer.byteLength(body))]);
    const sent = request({ port, host: '127.0.0.1', method, path, headers: lines.flat() });
    sent.setTimeout(PATIENCE, () => sent.destroy());
    sent.end(body);
    const [response] = (await once(sent, 'response').catch(() => [])) as [IncomingMessage?];
    if (response === undefined) return { status: undefined, setCookie: undefined };
    response.resume();
    await once(response, 'end');
    return { status: response.statusCode, setCookie: response.headers['set-cookie']?.[0] };
  };
  const event = (headers: readonly Header[]) => {
    const grouped: Record<string, string[]> = {};
    for (const [name, value] of headers) (grouped[name] ??= []).push(value);
    return restEvent(grouped);
  };
  const authorizer = (headers: readonly Header[]) => lambda.status(event(headers));
  const cookie = (value: string, name = COOKIE_NAME): Header => ['Cookie', `${name}=${encodeURIComponent(value)}`];

  return {
    lambda,
    event,
    cookie,
    collection: <T extends Document = Document>(name = 'sessions'): Collection<T> => client.db().collection<T>(name),
    /** What the application answers at `/whoami`. */
    application: (headers: readonly Header[]) => send('GET', '/whoami', headers),
    /** The statuses of the application and of the authorizer. The authorizer first: it writes less. */
    both: async (...headers: Header[]): Promise<readonly [number | undefined, number | undefined]> => {
      const ourStatus = await authorizer(headers);
      return [(await send('GET', '/whoami', headers)).status, ourStatus];
    },
    /** Logs in and returns the signed value. */
    logIn: async (user: unknown, ...headers: Header[]): Promise<string> => {
      const { status, setCookie = '' } = await send('POST', '/login', headers, JSON.stringify({ user }));
      if (status !== 200) throw new Error(`the login failed with ${status}`);
      return decodeURIComponent(setCookie.slice(setCookie.indexOf('=') + 1).split(';', 1)[0] ?? '');
    },
    logOut: (...headers: Header[]) => send('POST', '/logout', headers),
    /** The real store writes a session under an id of our choice; returns its signed value. */
    write: async (id: string, data: object): Promise<string> => {
      // Its type declares no options.
      const cookieData = Reflect.construct(expressSession.Cookie, [{ maxAge: 600_000 }]) as expressSession.Cookie;
      await new Promise<void>((resolve, reject) => {
        oracle.store.set(id, { cookie: cookieData, ...data }, (error: unknown) =>
          error instanceof Error ? reject(error) : resolve(),
        );
      });
      return `s:${sign(id, SECRETS[0] ?? '')}`;
    },
    close: async (): Promise<void> => {
      server.close();
      await Promise.all([oracle.close(), client.close(), lambda.connection.close()]);
    },
  };
}

export type Sides = Awaited<ReturnType<typeof sideBySide>>;
