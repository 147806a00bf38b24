import { createServer } from 'node:net';
import { describeListenError } from '../../../shared/listen-error';
import { listen } from '../../support/listen';

const LISTENER = { part: 'proxy', portVariable: 'PORT', hostVariable: 'HOST' };

describe('why a server cannot listen', () => {
  const failure = (port: number, host = '127.0.0.1'): Promise<unknown> =>
    new Promise((resolve) => createServer().once('error', resolve).listen(port, host));

  it('names a busy port and its variable', async () => {
    const other = createServer();
    const port = await listen(other);
    const error = await failure(port);
    await new Promise((resolve) => other.close(resolve));
    expect(describeListenError(error, LISTENER)).toBe(
      `port ${port} is in use, so the proxy cannot listen; stop the process that uses it, or set PORT to another port`,
    );
  });

  it('names the variable of an address that is not here', async () => {
    // 192.0.2.0/24 is for documentation (RFC 5737): no machine has it.
    expect(describeListenError(await failure(0, '192.0.2.1'), LISTENER)).toMatch(
      /^HOST is not an address of this machine/,
    );
  });

  it.each([new Error('x'), { code: 'EPIPE' }, undefined, 'EADDRINUSE'])('has nothing to say of %p', (error) => {
    expect(describeListenError(error, LISTENER)).toBeUndefined();
  });
});
