import { rawConnection, type RawConnection } from '../support/raw-client';
import { runProxy, type RunningProxy } from '../support/running-proxy';
import { waitFor } from '../support/wait-for';
import { OK, rawUpstream, type RawUpstream } from './raw-upstream';

const request = (line: string, headers = ''): string => `${line} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;

describe('connections', () => {
  let upstream: RawUpstream;
  let proxy: RunningProxy;
  const clients: RawConnection[] = [];

  const connect = async (): Promise<RawConnection> => {
    const client = await rawConnection(proxy.port);
    clients.push(client);
    return client;
  };

  beforeEach(async () => {
    upstream = await rawUpstream();
    proxy = await runProxy({ legacyUrl: upstream.url });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await proxy.close();
    await upstream.close();
  });

  it('uses an idle connection again, on both sides', async () => {
    const client = await connect();
    for (let i = 1; i <= 20; i += 1) {
      client.send(request(`GET /${i}`));
      await waitFor(`answer ${i}`, () => client.received().match(/\r\n\r\nok/g)?.length === i);
    }
    expect(upstream.requests).toHaveLength(20);
    expect(upstream.connections()).toBe(1);
  });

  it('answers pipelined requests in their order, bodies included', async () => {
    upstream.answer((socket, { line, body }) => {
      const text = `<${line} ${body}>`;
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
    });
    const client = await connect();
    client.send(
      request('POST /1', 'Content-Length: 3\r\n') +
        'one' +
        request('GET /2') +
        request('PUT /3', 'Transfer-Encoding: chunked\r\n') +
        '5\r\nthree\r\n0\r\n\r\n' +
        request('DELETE /4') +
        request('GET /5', 'Connection: close\r\n'),
    );
    expect((await client.closed()).match(/<.*?>/g)).toEqual([
      '<POST /1 one>',
      '<GET /2 >',
      '<PUT /3 three>',
      '<DELETE /4 >',
      '<GET /5 >',
    ]);
  });

  it('sends the head of a stream on before there is a body', async () => {
    upstream.answer('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
    const client = await connect();
    client.send(request('GET /events'));
    expect(await client.until(/\r\n\r\n/)).toMatch(/text\/event-stream/);
  });

  it('sends each piece of a body on as it comes, both ways', async () => {
    const client = await connect();
    client.send(request('POST /both', 'Transfer-Encoding: chunked\r\nConnection: close\r\n'));
    for (const piece of ['3\r\none\r\n', '3\r\ntwo\r\n']) {
      client.send(piece);
      await waitFor('the piece upstream', () => upstream.unfinished().includes(piece.trimEnd()));
    }
    let write: (text: string) => void = () => undefined;
    upstream.answer((socket) => {
      write = (text) => void socket.write(text);
      write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nuno\r\n');
    });
    client.send('0\r\n\r\n');
    await client.until(/3\r\nuno\r\n$/);
    write('3\r\ndos\r\n');
    await client.until(/3\r\ndos\r\n$/);
    write('0\r\nX-Sum: 6\r\n\r\n');
    expect(await client.closed()).toMatch(/0\r\nX-Sum: 6\r\n\r\n$/);
    expect(upstream.requests[0]?.body).toBe('onetwo');
  });

  it('lets an answer through that comes before the end of the upload, and the upload may end or not', async () => {
    upstream.onFirstBytes((socket) => {
      socket.write('HTTP/1.1 413 Payload Too Large\r\nContent-Length: 5\r\nConnection: close\r\n\r\nlarge');
      socket.end();
    });
    for (const framing of ['Content-Length: 1000000', 'Transfer-Encoding: chunked']) {
      const client = await connect();
      client.send(request('POST /upload', `${framing}\r\n`));
      client.send(framing.startsWith('T') ? `8000\r\n${'x'.repeat(0x8000)}\r\n` : 'x'.repeat(100_000));
      expect(await client.until(/large/)).toMatch(/^HTTP\/1\.1 413 /);
    }
  });

  it('leaves nothing behind when clients go: before the answer, in the middle of it, in the middle of an upload', async () => {
    upstream.answer((socket, { line }) => {
      if (line.endsWith('/half')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
    });
    // A full run of 10,000 is in npm run soak.
    for (let i = 0; i < 300; i += 1) {
      const client = await rawConnection(proxy.port);
      client.send(
        [request('GET /never'), request('GET /half'), request('POST /upload', 'Content-Length: 100\r\n') + 'part'][
          i % 3
        ] ?? '',
      );
      if (i % 3 === 1) await client.until(/hello/);
      if (i % 2 === 0) client.socket.resetAndDestroy();
      else client.destroy();
    }
    await waitFor('the upstream to be let go', () => upstream.open() === 0, 20_000);
    upstream.answer(OK);
    const client = await connect();
    client.send(request('GET /after', 'Connection: close\r\n'));
    expect(await client.closed()).toMatch(/ 200 OK/);
  });

  it.each(['end', 'reset'] as const)('gives up a WebSocket handshake whose client goes by %s', async (how) => {
    upstream.answer(() => undefined);
    const client = await connect();
    client.send(
      request(
        'GET /ws',
        'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n',
      ),
    );
    await waitFor('the handshake', () => upstream.requests.length === 1);
    if (how === 'end') client.socket.end();
    else client.socket.resetAndDestroy();
    await waitFor('the handshake to be given up', () => upstream.open() === 0);
  });

  it('gives up an event stream upstream as soon as its client goes', async () => {
    upstream.answer('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n');
    const client = await connect();
    client.send(request('GET /events'));
    await client.until(/data: 1/);
    client.destroy();
    await waitFor('the stream to end upstream', () => upstream.open() === 0);
  });

  it('keeps slow senders away from the upstream: a head that is not complete reaches nobody', async () => {
    const slow = await Promise.all(Array.from({ length: 50 }, connect));
    for (const client of slow) client.send('GET /slow HTTP/1.1\r\nHost: a\r\nX-Slow: ');
    const client = await connect();
    client.send(request('GET /quick', 'Connection: close\r\n'));
    expect(await client.closed()).toMatch(/ 200 OK/);
    expect(upstream.requests.map(({ line }) => line)).toEqual(['GET /quick']);
    expect(upstream.connections()).toBe(1);
  });

  it('answers 431 to a head over 16 kB, and closes', async () => {
    const client = await connect();
    client.send(request('GET /', `X-Large: ${'x'.repeat(17_000)}\r\n`));
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 431 /);
    expect(upstream.requests).toEqual([]);
  });

  it('passes 2,500 small headers on, the last included', async () => {
    const client = await connect();
    client.send(request('POST /', `${'a:b\r\n'.repeat(2_500)}Content-Length: 2\r\nConnection: close\r\n`) + 'hi');
    expect(await client.closed()).toMatch(/ 200 OK/);
    expect(upstream.requests[0]?.head.match(/^a: b$/gm)).toHaveLength(2_500);
    expect(upstream.requests[0]?.body).toBe('hi');
  });

  it('sends a safe request again over another connection when the upstream had closed the idle one', async () => {
    const client = await connect();
    client.send(request('GET /1'));
    await client.until(/ok$/);
    upstream.answer((socket, { connection, line }) => {
      if (connection === 1) socket.destroy();
      else socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${line.length}\r\n\r\n${line}`);
    });
    client.send(request('GET /2'));
    await client.until(/GET \/2$/);
  });
});
