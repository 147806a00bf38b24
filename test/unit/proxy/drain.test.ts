import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { holdUp } from '../../support/hold-up';
import { recordingServer, type RecordingServer } from '../../support/recording-server';
import { runProxy, type RunningProxy } from '../../support/running-proxy';
import { waitFor } from '../../support/wait-for';

/** A client that never stops: as many requests under way as it may, until an answer says close. */
interface Client {
  readonly socket: Socket;
  sent: number;
  answered: number;
  /** The answer with `Connection: close` was the n-th. */
  closedWith: number | undefined;
  /** The connection is over; a reset has a code. */
  ended: string | undefined;
  inOrder: boolean;
}

function client(port: number, name: string, depth: number): Client {
  const state: Client = {
    socket: connect(port, '127.0.0.1'),
    ...{ sent: 0, answered: 0, closedWith: undefined, ended: undefined, inOrder: true },
  };
  let text = '';
  let fault = 'closed';
  const send = (): void => {
    while (state.closedWith === undefined && state.sent - state.answered < depth) {
      state.sent += 1;
      state.socket.write(`GET /${name}/${state.sent} HTTP/1.1\r\nHost: a\r\n\r\n`);
    }
  };
  state.socket.on('connect', send);
  state.socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    for (let end = text.indexOf('>'); end >= 0; end = text.indexOf('>')) {
      const answer = text.slice(0, end + 1);
      text = text.slice(end + 1);
      state.answered += 1;
      state.inOrder &&= answer.endsWith(`</${name}/${state.answered}>`);
      if (/^connection: close\r$/im.test(answer)) state.closedWith ??= state.answered;
    }
    send();
  });
  state.socket.on('error', (error: NodeJS.ErrnoException) => (fault = error.code ?? 'error'));
  state.socket.on('close', () => (state.ended = fault));
  return state;
}

describe('clients that never stop, while a proxy without a drain delay ends', () => {
  let legacy: RecordingServer;
  let proxy: RunningProxy;
  const clients: Client[] = [];

  beforeEach(async () => {
    legacy = await recordingServer();
    legacy.answer((request, response) => {
      setTimeout(() => response.end(`<${request.url ?? ''}>`), Math.random() * 4);
    });
    proxy = await runProxy({ legacyUrl: legacy.url });
  });
  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.destroy();
    await proxy.close();
    await legacy.close();
  });

  it.each([1, 2, 8])(
    'with %d requests under way each: an answer to all before the one that says close',
    async (depth) => {
      for (let i = 0; i < 25; i += 1) clients.push(client(proxy.port, `c${i}`, depth));
      await waitFor('a load', () => clients.every(({ answered }) => answered > 10));
      await proxy.close();
      await waitFor('the ends', () => clients.every(({ ended }) => ended !== undefined));
      for (const [i, { answered, closedWith, ended, inOrder, sent }] of clients.entries()) {
        // Ended in order, and nothing was asked of legacy that was not answered.
        const executed = legacy.requests.filter(({ url }) => url.startsWith(`/c${i}/`)).length;
        expect({ ended, inOrder, closedWith, executed }).toEqual({
          ended: 'closed',
          inOrder: true,
          closedWith: answered,
          executed: answered,
        });
        if (depth === 1) expect(answered).toBe(sent);
      }
    },
  );

  it('a request that is on its way to an idle connection is answered', async () => {
    const idle = client(proxy.port, 'idle', 1);
    clients.push(idle);
    await waitFor('a load', () => idle.answered > 3);
    // Its next request is sent by the same turn of the event loop that has read the answer.
    idle.socket.pause();
    await waitFor('the connection to idle', () => legacy.requests.length === idle.sent);
    const closed = new Promise((resolve) => idle.socket.once('data', () => resolve(proxy.close())));
    idle.socket.resume();
    await closed;
    await waitFor('the end', () => idle.ended !== undefined);
    expect(idle).toMatchObject({ ended: 'closed', closedWith: idle.answered, sent: idle.answered });
  });

  it('a request that has arrived while the process was held up is answered', async () => {
    const socket = connect(proxy.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const ask = (path: string): boolean => socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    ask('/first');
    await waitFor('the answer', () => text.includes('</first>'));
    const closed = proxy.close();
    await waitFor('the drain', async () => !(await accepts(proxy.port)));
    ask('/second');
    // Longer than an idle connection is left open.
    holdUp(700);
    await closed;
    await waitFor('the end', () => socket.closed);
    expect(text).toMatch(/\r\nConnection: close\r\n[^]*<\/second>$/i);
  });

  it('a client that was held up as long as the process has its next request answered', async () => {
    const held = client(proxy.port, 'held', 1);
    clients.push(held);
    await waitFor('a load', () => held.answered > 3);
    held.socket.pause();
    // Its last answer has been written by the time that another client has had several.
    const other = client(proxy.port, 'other', 1);
    clients.push(other);
    await waitFor('its answer', () => other.answered > 5);
    other.socket.destroy();
    const closed = proxy.close();
    await waitFor('the drain', async () => !(await accepts(proxy.port)));
    holdUp(700);
    // It reads its answer, and sends, some turns of the event loop later than timers that are due.
    setTimeout(() => held.socket.resume(), 50);
    await closed;
    await waitFor('the end', () => held.ended !== undefined);
    expect(held).toMatchObject({ ended: 'closed', closedWith: held.answered, sent: held.answered });
  });

  it('an answer under way says close, and only then is the connection closed', async () => {
    let end: (() => void) | undefined;
    legacy.answer((_request, response) => (end = () => response.end('<slow>')));
    const socket = connect(proxy.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
    await waitFor('the request', () => end !== undefined);
    const closed = proxy.close();
    end?.();
    await closed;
    await waitFor('the end', () => socket.closed);
    expect(text).toMatch(/\r\nConnection: close\r\n[^]*<slow>$/i);
  });
});

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
