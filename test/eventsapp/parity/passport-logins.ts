import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { listen } from '../../support/listen';
import { runProxy, type RunningProxy } from '../../support/running-proxy';
import { demoRoutes, runSystem, TEST_SECRET, type RunningSystem } from '../support/running-system';
import { COOKIE_NAME, oracleApp } from '../../oracles/app';
import { connectMongo, type OracleStore } from '../../oracles/stores';

type Passport = Parameters<typeof oracleApp>[0]['passport'];

const REPETITIONS = 100;
const ann = { userId: 'u1', customerAccountId: 'a1', fullName: 'Ann', roles: ['member'] };
const bob = { ...ann, userId: 'u2', fullName: 'Bob' };

interface Version {
  readonly version: '0.4' | '0.7';
  readonly passport: () => Passport;
  /** Whether a login ends the session that the client came with. */
  readonly loginEndsOldSession: boolean;
}

/**
 * Logs in and out through the proxy at an application of that passport, and asks a Lambda route behind the real gateway in
 * between: who is let in there must change with the next request.
 */
export function describePassport({ version, passport, loginEndsOldSession }: Version): void {
  describe(`passport ${version} behind the proxy, beside Lambda`, () => {
    let system: RunningSystem;
    let oracle: OracleStore;
    let legacy: Server;
    let proxy: RunningProxy;

    beforeAll(async () => {
      system = await runSystem({ stage: 'lambda' });
      oracle = connectMongo(6, system.mongo.uri);
      const session = { secret: TEST_SECRET, store: oracle.store, rolling: true, cookie: { maxAge: 600_000 } };
      legacy = createServer(oracleApp({ session, passport: passport() }));
      proxy = await runProxy({
        legacyUrl: new URL(`http://127.0.0.1:${await listen(legacy)}`),
        lambdaUrl: new URL(system.gateway.url),
        routes: await demoRoutes('lambda'),
        logLevel: 'silent',
      });
    });

    afterAll(async () => {
      await proxy.close();
      legacy.closeAllConnections();
      legacy.close();
      await once(legacy, 'close');
      await oracle.close();
      await system.close();
    });

    const ask = async (path: string, headers: Record<string, string>, method = 'GET', body?: object) => {
      const type = body === undefined ? {} : { 'content-type': 'application/json' };
      const response = await fetch(`${proxy.url}${path}`, {
        method,
        headers: { ...type, ...headers },
        ...(body && { body: JSON.stringify(body) }),
      });
      const [cookie = ''] = response.headers.getSetCookie().map((line) => line.split(';', 1)[0] ?? '');
      return { status: response.status, cookie, body: await response.text() };
    };
    const logIn = async (user: object, cookie = ''): Promise<string> => {
      const answer = await ask('/login', { cookie }, 'POST', { user });
      expect(answer.status).toBe(200);
      return answer.cookie === '' ? cookie : answer.cookie;
    };
    const logOut = async (cookie: string): Promise<void> => {
      expect((await ask('/logout', { cookie }, 'POST')).status).toBe(204);
    };
    const onLambda = (cookie: string) => ask('/api/private', { cookie });

    it('lets a user in on both sides, by cookie and as bearer token', async () => {
      const cookie = await logIn(ann);
      const token = decodeURIComponent(cookie.slice(COOKIE_NAME.length + 1));
      for (const headers of [{ cookie }, { authorization: `Bearer ${token}` }] as Record<string, string>[]) {
        const [legacySays, lambdaSays] = [await ask('/whoami', headers), await ask('/api/private', headers)];
        expect(JSON.parse(legacySays.body)).toEqual(ann);
        expect(JSON.parse(lambdaSays.body)).toEqual({ user: ann });
        expect(lambdaSays.cookie).toBe(legacySays.cookie);
      }
    });

    it('changes the user with the next login, on both sides alike', async () => {
      const first = await logIn(ann);
      const second = await logIn(bob, first);
      expect(second === first).toBe(!loginEndsOldSession);
      for (const cookie of [first, second]) {
        const expected = cookie === second ? bob : undefined;
        const [legacySays, lambdaSays] = [await ask('/whoami', { cookie }), await onLambda(cookie)];
        expect([legacySays.status, lambdaSays.status]).toEqual(expected ? [200, 200] : [401, 401]);
        if (expected) expect(JSON.parse(lambdaSays.body)).toEqual({ user: expected });
      }
    });

    it(`denies the very next request after a logout, ${REPETITIONS} times`, async () => {
      const times: number[] = [];
      for (let i = 0; i < REPETITIONS; i += 1) {
        const cookie = await logIn(ann);
        expect((await onLambda(cookie)).status).toBe(200);
        await logOut(cookie);
        const loggedOut = performance.now();
        const next = await onLambda(cookie);
        times.push(performance.now() - loggedOut);
        expect(next.status).toBe(401);
      }
      times.sort((a, b) => a - b);
      const [median = NaN, worst = NaN] = [times[Math.floor(times.length / 2)], times.at(-1)];
      process.stdout.write(
        `logout-to-deny, passport ${version}: ${REPETITIONS} of ${REPETITIONS} denied by the very next request; ` +
          `median ${median.toFixed(1)} ms, worst ${worst.toFixed(1)} ms\n`,
      );
      // Some 500 requests: two seconds on a quiet machine, over thirty where every core is taken.
    }, 120_000);

    it('denies requests that run beside a logout from then on, and never lets one in later', async () => {
      const cookie = await logIn(ann);
      const statuses: number[] = [];
      let loggedOut = false;
      const hammer = async (): Promise<void> => {
        for (let after = 0; after < 5;) {
          const begunAfterLogout = loggedOut;
          const { status } = await onLambda(cookie);
          if (begunAfterLogout) {
            after += 1;
            statuses.push(status);
          } else expect([200, 401]).toContain(status);
        }
      };
      const hammers = Array.from({ length: 4 }, hammer);
      await logOut(cookie);
      loggedOut = true;
      await Promise.all(hammers);
      expect(statuses).toEqual(statuses.map(() => 401));
      expect(statuses).toHaveLength(20);
    });
  });
}
