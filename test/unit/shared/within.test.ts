import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { within } from '../../../shared/within';
import { holdUp } from '../../support/hold-up';
import { listen } from '../../support/listen';

describe('within', () => {
  it('is what the work comes to, or what is said when it is late', async () => {
    expect(await within(Promise.resolve('done'), 1_000, () => 'late')).toBe('done');
    expect(await within(new Promise(() => undefined), 1, () => 'late')).toBe('late');
    const throws = (): never => {
      throw new RangeError('late');
    };
    await expect(within(new Promise(() => undefined), 1, throws)).rejects.toThrow('late');
    await expect(within(Promise.reject(new TypeError('failed')), 1_000, () => 'late')).rejects.toThrow('failed');
  });

  it('counts what arrived while the process was held up as in time', async () => {
    const server = createServer();
    const port = await listen(server);
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const client = connect(port, '127.0.0.1');
    try {
      const [socket] = await accepted;
      const answer = within(once(client, 'data'), 50, () => 'late');
      socket.write('ok');
      holdUp(150);
      expect(String(await answer)).toBe('ok');
    } finally {
      client.destroy();
      server.close();
      await once(server, 'close');
    }
  });
});
