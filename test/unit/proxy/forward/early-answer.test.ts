import { createServer, request } from 'node:http';
import { listen } from '../../../support/listen';
import { runProxy } from '../../../support/running-proxy';

const BODY = Buffer.alloc(300_000);

/** What a client gets that sends its body regardless. */
const post = (port: number): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const sent = request({ port, method: 'POST', headers: { 'content-length': BODY.length } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    for (let at = 0; at < BODY.length; at += 65_536) sent.write(BODY.subarray(at, at + 65_536));
    sent.end();
  });

it('gives the client the answer of an upstream that refuses a body before it has all of it, and closes', async () => {
  const upstream = createServer((_request, response) => {
    response.writeHead(413, { connection: 'close', 'content-length': 7 }).end('too big');
  });
  const port = await listen(upstream);
  const proxy = await runProxy({ legacyUrl: new URL(`http://127.0.0.1:${port}`) });
  try {
    const statuses: (number | undefined)[] = [];
    for (let i = 0; i < 40; i += 1) statuses.push(await post(proxy.port));
    // Every other one was a 502 while the body was written on before the answer had been read.
    expect(statuses.filter((status) => status === 413).length).toBeGreaterThanOrEqual(38);
  } finally {
    await proxy.close();
    await new Promise((resolve) => upstream.close(resolve));
  }
});
