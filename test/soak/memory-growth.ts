import path from 'node:path';
import { load } from '../bench/load';
import { startChild } from './children';
import { megabytes, routes, startBanyan } from './banyan';
import type { Check } from './check';

const REQUESTS = 300_000;
/** What compilers, pools and caches need before they hold their size. */
const WARM_UP = 60_000;
const GROWTH = 20 * 1024 * 1024;

/** Memory does not grow with the number of requests, listed and unlisted, with tokens that differ. */
export const memoryGrowth: Check = {
  name: 'memory',
  title: `memory grows by less than 20 MB in ${REQUESTS.toLocaleString('en')} requests`,
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
            `GET ${n % 2 === 0 ? `/api/events/${n}` : `/unlisted/${n}`} HTTP/1.1\r\nHost: a\r\nCookie: connect.sid=s%3A${n}.signature\r\n\r\n`,
        });
      options.progress('warming up');
      await run(Math.round(WARM_UP * options.scale));
      const before = await proxy.held();
      options.progress(`${REQUESTS * options.scale} requests`);
      const { requests, failures, requestsPerSecond } = await run(Math.round(REQUESTS * options.scale));
      const after = await proxy.held();
      if (failures > 0) throw new Error(`${failures} requests failed`);
      const figures = `memory ${megabytes(after.memory - before.memory)}, heap ${megabytes(after.heap - before.heap)} after ${requests} requests (${megabytes(before.memory).slice(1)} before; ${Math.round(requestsPerSecond)} requests/s)`;
      if (after.memory - before.memory > GROWTH) throw new Error(figures);
      return figures;
    } finally {
      await proxy.stop();
      await upstream.stop();
    }
  },
};
