import { createServer, type Server } from 'node:http';
import express, { type Request, type Response } from 'express';

/** What the demo monolith does not do and other monoliths do: an Express application with a route for each. */
export function expressApp(): Server {
  const app = express();
  app.disable('x-powered-by');

  /** What has arrived, to the letter. */
  app.all('/echo*', (request, response, next) => {
    echo(request, response).catch(next);
  });
  app.get('/chunks', (_request, response) => {
    response.write('one,');
    setTimeout(() => response.end('two'), 20);
  });
  app.get('/trailers', (_request, response) => {
    response.writeHead(200, { Trailer: 'X-Sum', 'Content-Type': 'text/plain' });
    response.write('one,');
    response.addTrailers({ 'X-Sum': '7' });
    setTimeout(() => response.end('two'), 20);
  });
  app.get('/cookies', (_request, response) => {
    for (let i = 0; i < 30; i += 1)
      response.cookie(`c${i}`, `${i}, ${i}`, { path: '/', sameSite: 'lax', maxAge: 1_000 });
    response.setHeader('X-Many', ['a', 'b', 'c']);
    response.send('ok');
  });
  app.get('/hints', (_request, response) => {
    response.writeEarlyHints({ link: ['</a.css>; rel=preload; as=style', '</b.js>; rel=preload; as=script'] });
    response.send('ok');
  });
  app.get('/status/:status', (request, response) => void response.status(Number(request.params.status)).end());
  app.get(
    '/phrase',
    (_request, response) => void response.writeHead(200, 'Quite All Right', { 'X-A': '\xe9' }).end('ok'),
  );
  app.get('/redirect', (_request, response) => response.redirect(302, '../elsewhere?a=b'));
  app.get('/absolute', (request, response) => response.redirect(301, `http://${request.get('host') ?? ''}/x`));
  app.get('/until-close', (_request, response) => {
    response.shouldKeepAlive = false;
    response.useChunkedEncodingByDefault = false;
    response.write('one,');
    setTimeout(() => response.end('two'), 20);
  });
  app.get('/headers', (_request, response) => void response.set('X-Large', 'x'.repeat(14_000)).send('ok'));
  app.get('/empty', (_request, response) => void response.end());
  app.get('/connection', (_request, response) => void response.set('Connection', 'close').send('ok'));
  app.get(
    '/named',
    (_request, response) => void response.set({ 'X-Spelt-ODDLY': '1', etag: '"a"', DATE: 'x' }).end('ok'),
  );
  app.get(
    '/download',
    (_request, response) => void response.attachment('é "a".txt').send(Buffer.alloc(100_000, 'abc')),
  );
  // It answers before the upload has come, and reads no more of it.
  app.post('/refuse', (_request, response) => void response.status(413).set('Connection', 'close').send('too large'));
  app.get('/reset', (_request, response) => {
    response.writeHead(200, { 'Content-Length': 10 });
    response.write('half');
    setTimeout(() => response.socket?.resetAndDestroy(), 20);
  });
  app.all('/vanish', (request) => void request.socket.destroy());
  return createServer({ keepAliveTimeout: 65_000 }, app);
}

async function echo(request: Request, response: Response): Promise<void> {
  let body = '';
  for await (const chunk of request.setEncoding('latin1')) body += String(chunk);
  const { method, url, httpVersion, rawHeaders, rawTrailers } = request;
  // Without what concerns the hop alone: whether it stays open, which the proxy decides, and in which place that is said.
  const headers = rawHeaders.filter((_, i) => !/^(connection|transfer-encoding)$/i.test(rawHeaders[i - (i % 2)] ?? ''));
  const framing = request.headers['transfer-encoding'] ?? 'none';
  response.json({ method, url, httpVersion, headers, framing, rawTrailers, body });
}
