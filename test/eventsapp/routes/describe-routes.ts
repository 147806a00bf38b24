import { runSystem, type RunningSystem } from '../support/running-system';
import { logIn, type Credentials } from '../parity/identities';
import type { RouteAnswer, RouteClient } from './client';
import { routeTestsConfig } from './config';
import { handlerClient } from './handler-client';
import { httpClient } from './http-client';

/** What a test asks, as somebody. */
export interface Ask {
  /** An identity of `banyan.config.ts`; default `organiser`. */
  readonly as?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a Buffer or a text as it is. */
  readonly body?: unknown;
}

/** The routes under test. */
export interface Routes {
  /** `GET /api/events`, path and query without the stage. */
  ask(request: string, ask?: Ask): Promise<Answer>;
  /** The same to the monolith: what has not moved, such as the upload of photos. */
  askMonolith(request: string, ask?: Ask): Promise<Answer>;
}

export interface Answer extends RouteAnswer {
  /** The values of a header joined, or undefined. */
  header(name: string): string | undefined;
  json(): unknown;
}

/** One way to the functions. */
interface Way {
  readonly name: string;
  client(system: RunningSystem | undefined): RouteClient;
}

const { mode, apiUrl, legacyUrl } = routeTestsConfig();
const local = (system: RunningSystem | undefined): RunningSystem => {
  if (system === undefined) throw new Error('There is no local system');
  return system;
};
const byHandler: Way = { name: 'handler', client: (system) => handlerClient(local(system).gateway.functions) };
const byHttp: Way = {
  name: 'http',
  client: (system) => httpClient(apiUrl ?? new URL(local(system).gateway.url)),
};
const WAYS = { both: [byHandler, byHttp], handler: [byHandler], http: [byHttp] };

/**
 * Runs tests of routes as `TEST_MODE` says: against the functions in this process, by HTTP against the gateway at `API_URL`, or both
 * on this machine. A test may rely on the accounts of the demo data, and on nothing else but what it makes itself.
 */
export function describeRoutes(domain: string, define: (routes: Routes) => void): void {
  describe(domain, () => {
    let system: RunningSystem | undefined;
    let credentials: ReadonlyMap<string, Credentials>;
    let monolith: RouteClient;

    beforeAll(async () => {
      if (apiUrl === undefined) system = await runSystem();
      const url = legacyUrl ?? new URL(local(system).legacy.url);
      credentials = await logIn(url.href);
      monolith = httpClient(url);
    });
    afterAll(() => system?.close());

    describe.each(WAYS[mode].map((way) => [way.name, way] as const))('%s', (_name, way) => {
      let client: RouteClient;
      beforeAll(() => {
        client = way.client(system);
      });
      const asking =
        (to: () => RouteClient): Routes['ask'] =>
        async (request, { as = 'organiser', headers = {}, body } = {}) => {
          const [method = '', path = ''] = request.split(' ', 2);
          const known = credentials.get(as);
          if (known === undefined) throw new Error(`banyan.config.ts has no identity "${as}"`);
          const type = body === undefined ? {} : { 'content-type': 'application/json' };
          return readable(
            await to()({ method, path, headers: { ...type, ...known, ...headers }, body: bytesOf(body) }),
          );
        };
      define({ ask: asking(() => client), askMonolith: asking(() => monolith) });
    });
  });
}

function bytesOf(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  return Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function readable(answer: RouteAnswer): Answer {
  return {
    ...answer,
    header: (name) => answer.headers.get(name)?.join(', '),
    json: (): unknown => JSON.parse(answer.body.toString()),
  };
}
