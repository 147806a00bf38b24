import { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import expressSession, { type SessionData, type SessionOptions } from 'express-session';

/** The very copies that express-session uses. */
const ofExpressSession = createRequire(require.resolve('express-session'));

export const cookie = ofExpressSession('cookie') as {
  parse(header: string): Record<string, string | undefined>;
  serialize(name: string, value: string, options?: object): string;
};
export const cookieSignature = ofExpressSession('cookie-signature') as {
  sign(value: string, secret: string): string;
  unsign(value: string, secret: string): string | false;
};

/** A store that answers every id with the same session (or none) and remembers which ids were asked for. */
export class RememberingStore extends expressSession.Store {
  readonly asked: string[] = [];
  readonly touched: string[] = [];
  session: string | undefined;

  override get(sid: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    this.asked.push(sid);
    callback(null, this.session === undefined ? null : (JSON.parse(this.session) as SessionData));
  }

  override set(_sid: string, _session: SessionData, callback?: (error?: unknown) => void): void {
    callback?.();
  }

  override destroy(_sid: string, callback?: (error?: unknown) => void): void {
    callback?.();
  }

  override touch(sid: string, _session: SessionData, callback?: () => void): void {
    this.touched.push(sid);
    callback?.();
  }
}

export interface OracleRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly url?: string;
  readonly secure?: boolean;
}

/** Runs express-session's middleware itself: no server, no network. */
export function expressSessionOracle(options: Omit<SessionOptions, 'store'>) {
  const store = new RememberingStore();
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  const middleware = expressSession({ resave: false, saveUninitialized: false, ...options, store });
  warn.mockRestore();

  const run = ({ headers, url = '/', secure = false }: OracleRequest): ServerResponse => {
    const req = Object.assign(new IncomingMessage(new Socket()), { url, method: 'GET', secure });
    Object.assign(req.headers, headers);
    const res = new ServerResponse(req);
    // Called again later, with an error, when the cookie cannot be written.
    const next = jest.fn<undefined, [error?: unknown]>();
    Reflect.apply(middleware, undefined, [req, res, next]);
    if (next.mock.calls.length !== 1 || next.mock.calls[0]?.[0] !== undefined) throw new Error('not let through');
    return res;
  };

  return {
    store,
    /** The id that express-session accepts from these headers and looks up in its store. */
    acceptedId(request: OracleRequest): string | undefined {
      store.asked.length = 0;
      run(request);
      return store.asked[0];
    },
    /** The Set-Cookie header of the answer to a request that changed nothing. */
    setCookie(request: OracleRequest): string | undefined {
      const res = run(request);
      res.end();
      const header = res.getHeader('set-cookie');
      return Array.isArray(header) ? header[0] : undefined;
    },
  };
}
