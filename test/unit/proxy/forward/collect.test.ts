import { createServer } from 'node:http';
import { collect } from '../../../../proxy/forward/collect';
import { createUpstream } from '../../../../proxy/forward/upstream';
import { holdUp } from '../../../support/hold-up';
import { listen } from '../../../support/listen';

it('an answer that arrived while the process was held up is in time, and none at all is not', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/never') return;
    setImmediate(() => {
      response.end('ok');
      holdUp(400);
    });
  });
  const url = new URL(`http://127.0.0.1:${await listen(server)}`);
  const upstream = createUpstream('legacy', url, { answerTimeout: 5_000, bodyTimeout: 5_000 });
  const ask = (path: string, timeout: number) =>
    collect(
      upstream,
      { method: 'GET', path, headers: ['Host', 'a'] },
      { timeout, maxBodyBytes: 1_000, withoutBody: false },
    );
  try {
    expect((await ask('/', 200)).body).toEqual(Buffer.from('ok'));
    await expect(ask('/never', 10)).rejects.toThrow('no complete answer in time');
  } finally {
    upstream.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
