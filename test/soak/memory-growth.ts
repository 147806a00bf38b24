import path from 'node:path';
import { load } from '../bench/load';
import { startChild } from './children';
import { routes, startBanyan } from './banyan';
import type { Check } from './check';

const REQUESTS = 300_000;
/** What compilers, pools and caches need before they hold their size. */
const WARM_UP = 60_000;
const GROWTH = 20 * 1024 * 1024;

/** Memory does not grow with the number of requests, listed and unlisted, with tokens that differ. */
export const memoryGrowth: Check = {
  name: 'memory',
  title: 'memory stays',
  async run(options) {
    const upstream = await startChild(path.join(options.built, 'upstream.js'), [], {});
    const proxy = await startBanyan(options, `http://127.0.0.1:${upstream.port}`, routes('lambda'));
    try {
      const run = (limit: number): ReturnType<typeof load> =>
        load({
          port: proxy.port,
          connections: 50,
          seconds: 200,
          limit,
          request: (n) =>
            `GET ${n % 2 === 0 ? `/api/events/${n}` : `/unlisted/${n}`} HTTP/1.1\r\nHost: a\r\nCookie: eventsapp.sid=s%3A${n}.signature\r\n\r\n`,
        });
      await run(Math.round(WARM_UP * options.scale));
      const before = await proxy.memory();
      const { requests, failures } = await run(Math.round(REQUESTS * options.scale));
      const growth = (await proxy.memory()) - before;
      if (failures > 0) throw new Error(`${failures} requests failed`);
      if (growth > GROWTH) throw new Error(`${(growth / 1024 / 1024).toFixed(1)} MB more after ${requests} requests`);
      return `${(growth / 1024 / 1024).toFixed(1)} MB more after ${requests} requests (${(before / 1024 / 1024).toFixed(0)} MB before)`;
    } finally {
      await proxy.stop();
      await upstream.stop();
    }
  },
};
