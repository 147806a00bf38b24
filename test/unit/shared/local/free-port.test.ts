import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { freePort } from '../../../../shared/local/free-port';
import { listen } from '../../../support/listen';

/** Where Linux takes ports for connections and for port 0 from; elsewhere what RFC 6335 names. */
function firstEphemeralPort(): number {
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s/)[0]);
  } catch {
    return 49_152;
  }
}

describe('freePort', () => {
  it('is none that the system gives to another program before it is used', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, () => freePort()));
    expect(Math.max(...ports)).toBeLessThan(firstEphemeralPort());
    expect(Math.min(...ports)).toBeGreaterThan(1023);
    expect(new Set(ports).size).toBe(50);
  });

  it('can be listened on', async () => {
    const port = await freePort();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    server.close();
  });

  it('refuses a wanted port that is taken', async () => {
    const server = createServer();
    const port = await listen(server);
    try {
      await expect(freePort(port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    } finally {
      server.close();
    }
  });

  it('is the wanted port when that is free', async () => {
    const port = await freePort();
    expect(await freePort(port)).toBe(port);
  });
});
