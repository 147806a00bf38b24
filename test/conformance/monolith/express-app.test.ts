import type { Server } from 'node:http';
import { listen } from '../../support/listen';
import { runProxy, type RunningProxy } from '../../support/running-proxy';
import { comparable, exchange } from './compare';
import { expressApp } from './express-app';
import { expressCases } from './express-cases';

const ROUTES = `routes:
  - {id: all, match: 'GET /*', stage: legacy}
  - {id: posts, match: 'POST /*', stage: legacy}
  - {id: puts, match: 'PUT /*', stage: legacy}
`;

/** An application of another kind, with the same question: does the client see the same bytes, and the application the same request? */
describe('an Express application, with and without the proxy', () => {
  let app: Server;
  let direct: number;
  let proxies: Record<'unlisted' | 'listed', RunningProxy>;

  beforeAll(async () => {
    app = expressApp();
    direct = await listen(app);
    const legacyUrl = new URL(`http://127.0.0.1:${direct}`);
    proxies = {
      unlisted: await runProxy({ legacyUrl, trustedHops: 1 }),
      listed: await runProxy({ legacyUrl, trustedHops: 1, routes: ROUTES }),
    };
  });
  afterAll(async () => {
    await Promise.all([proxies.unlisted.close(), proxies.listed.close()]);
    app.closeAllConnections();
    await new Promise((resolve) => app.close(resolve));
  });

  describe.each(['unlisted', 'listed'] as const)('%s', (way) => {
    it.each(expressCases.map((entry) => [entry.name, entry] as const))('%s', async (_name, entry) => {
      const alone = comparable(await exchange(direct, entry), entry);
      const through = comparable(await exchange(proxies[way].port, entry), entry);
      const difference = entry.differs?.[way];
      if (difference === undefined) expect(through).toBe(alone);
      else {
        expect(through).toMatch(difference.answer);
        expect(through).not.toBe(alone);
      }
    });
  });
});
