import { createSocket } from 'node:dgram';
import dns from 'node:dns';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describeError } from '../../../../proxy/cli/describe-error';
import { withDatabase } from '../../../../proxy/cli/with-database';
import { listen } from '../../../support/listen';

/** What a command reports of a database, and after how many ms. */
async function fail(uri: string) {
  const begun = performance.now();
  const error: unknown = await withDatabase(uri, async (db) => (await db()).command({ ping: 1 })).catch(
    (thrown: unknown) => thrown,
  );
  return { ...describeError(error), ms: performance.now() - begun };
}
/** Two seconds, and what a busy machine adds. */
const SOON = 2_500;

describe('a dead MongoDB is reported within two seconds', () => {
  it('when nothing listens', async () => {
    const { code, ms } = await fail('mongodb://127.0.0.1:1/shop');
    expect(code).toBe('database_unreachable');
    expect(ms).toBeLessThan(SOON);
  });

  it('when it accepts connections and answers none', async () => {
    const stopped = createServer((socket) => socket.on('error', () => undefined));
    const port = await listen(stopped);
    try {
      const { code, lines, ms } = await fail(`mongodb://127.0.0.1:${port}/shop`);
      expect(code).toBe('database_unreachable');
      expect(lines[0]).toContain('add serverSelectionTimeoutMS=10000 to MONGODB_URI');
      expect(ms).toBeLessThan(SOON);
    } finally {
      stopped.close();
    }
  });

  it('when its name server does not answer', async () => {
    const silent = createSocket('udp4').bind(0, '127.0.0.1');
    await once(silent, 'listening');
    const before = dns.getServers();
    const { port } = silent.address();
    dns.promises.setServers([`127.0.0.1:${port}`]);
    try {
      const { code, lines, ms } = await fail('mongodb+srv://cluster.example.net/shop');
      expect([code, lines[0]]).toEqual(['database_unreachable', expect.stringContaining('no answer within 1900 ms')]);
      expect(ms).toBeLessThan(SOON);
    } finally {
      dns.promises.setServers(before);
      silent.close();
    }
  });

  it('later when MONGODB_URI gives it more time', async () => {
    const { ms } = await fail('mongodb://127.0.0.1:1/shop?serverSelectionTimeoutMS=2600');
    expect(ms).toBeGreaterThan(2_500);
  });
});
