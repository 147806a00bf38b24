import { DEFAULT_LIMITS } from '../../../../proxy/limits';
import { runProxy, type RunningProxy } from '../../../support/running-proxy';
import { rawConnection } from '../../../support/raw-client';
import { recordingServer, type RecordingServer } from '../../../support/recording-server';
import { waitFor } from '../../../support/wait-for';

describe('pipelined requests whose client goes', () => {
  let legacy: RecordingServer;
  let proxy: RunningProxy;

  beforeEach(async () => {
    legacy = await recordingServer();
    proxy = await runProxy({ legacyUrl: legacy.url });
  });
  afterEach(async () => {
    await proxy.close();
    await legacy.close();
  });

  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

  it.each([
    ['as many as may be under way', 4],
    ['more', 15],
    ['many more', 500],
  ])('give up their upstreams, also those whose turn has not come: %s', async (_name, count) => {
    const open = new Set<string>();
    legacy.answer((request, response) => {
      const { url = '' } = request;
      open.add(url);
      response.on('close', () => open.delete(url));
      // The first says nothing, the others are streams.
      if (url !== '/0') response.write('data: 1\n\n');
    });
    const client = await rawConnection(proxy.port);
    const paths = Array.from({ length: count }, (_, i) => `/${i}`);
    client.send(paths.map(get).join(''));
    await waitFor('all requests that may be under way', () => open.size === DEFAULT_LIMITS.maxPipelined);
    client.destroy();
    await waitFor('all of them to be given up', () => open.size === 0);
  });

  it('are held only as far as one client may, and others hold theirs', async () => {
    const small = 'GET / HTTP/1.1\r\nHost:\r\n\r\n';
    const answers: (() => void)[] = [];
    legacy.answer((request, response) => void answers.push(() => response.end(`<${request.url ?? ''}>`)));
    const hostile = await Promise.all(Array.from({ length: 12 }, () => rawConnection(proxy.port)));
    let closed = 0;
    for (const attacker of hostile) {
      attacker.socket.on('close', () => (closed += 1));
      attacker.send(small.repeat(2_200));
    }
    // Of 26,400 requests one client may have 10,000 held.
    await waitFor('what is over its share to be closed', () => closed >= 7);
    const paths = Array.from({ length: 500 }, (_, i) => `/${i}`);
    const other = await rawConnection(proxy.port, '127.0.0.1', '127.0.0.2');
    other.send(paths.map(get).join(''));
    legacy.answer((request, response) => response.end(`<${request.url ?? ''}>`));
    await waitFor('the first of it', () => answers.length >= 4);
    expect(closed).toBeLessThan(12);
    for (const attacker of hostile) attacker.destroy();
    for (const answer of answers) answer();
    const received = await other.until(/<\/499>/);
    expect(received.match(/<[^>]+>/g)).toEqual(paths.map((path) => `<${path}>`));
    other.destroy();
  });

  it('are not read without end behind the last answer of their connection', async () => {
    legacy.answer(() => undefined);
    const client = await rawConnection(proxy.port);
    // Its answer, the last, waits for the first.
    client.send(`${get('/hangs')}GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`);
    await waitFor('the first', () => legacy.requests.length === 1);
    const sending = setInterval(() => client.send('GET / HTTP/1.1\r\nHost:\r\n\r\n'.repeat(500)), 10);
    await waitFor('the end of its patience', () => client.socket.closed);
    clearInterval(sending);
  });

  it('are answered before an upgrade behind them, also those that are held back', async () => {
    legacy.answer((request, response) => void setTimeout(() => response.end(`<${request.url ?? ''}>`), 20));
    const client = await rawConnection(proxy.port);
    const paths = Array.from({ length: 12 }, (_, i) => `/${i}`);
    const upgrade = get('/up').replace('\r\n\r\n', '\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
    client.send(paths.map(get).join('') + upgrade + get('/last'));
    const received = await client.until(/<\/last>/);
    expect(received.match(/<[^>]+>/g)).toEqual([...paths, '/up', '/last'].map((path) => `<${path}>`));
    client.destroy();
  });

  it('are answered in their order when it stays', async () => {
    const answers: (() => void)[] = [];
    legacy.answer((request, response) => void answers.push(() => response.end(`<${request.url ?? ''}>`)));
    const client = await rawConnection(proxy.port);
    client.send(['/0', '/1', '/2'].map(get).join(''));
    await waitFor('all requests', () => answers.length === 3);
    for (const answer of answers.reverse()) answer();
    const received = await client.until(/<\/.>[^]*<\/.>[^]*<\/.>/);
    expect(received.match(/<\/.>/g)).toEqual(['</0>', '</1>', '</2>']);
    client.destroy();
  });
});
