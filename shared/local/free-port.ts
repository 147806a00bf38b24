import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to connections and to servers on port 0 (Linux from 32768, RFC 6335 section 6 from 49152),
 * so that one stays free until the program that it is for has started.
 */
const LOWEST = 16_384;
const COUNT = 16_384;
const ATTEMPTS = 100;

/** One after the other, so that those asked for at the same time differ; from anywhere, so that processes do. */
let last = randomInt(COUNT);

/** A port that is free now: the wanted one, or any for 0. Throws Node's listen error, such as `EADDRINUSE`. */
export async function freePort(wanted = 0, host = '127.0.0.1'): Promise<number> {
  if (wanted !== 0) return tryPort(wanted, host);
  for (let attempt = 1; ; attempt += 1) {
    last = (last + 1) % COUNT;
    try {
      return await tryPort(LOWEST + last, host);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

async function tryPort(port: number, host: string): Promise<number> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
  return port;
}
