// An app that does what only running shows, and asks itself for it: what `banyan routes --trace -- node app.cjs` runs.
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const express = require('express');
const session = require('express-session');
const { MongoClient } = require('mongodb');

const client = new MongoClient(process.env.MONGO);
const app = express();
app.use(session({ secret: 'k', resave: false, saveUninitialized: false }));
app.get('/plain', (_request, response) => response.json({}));
app.post('/login', (request, response) => {
  request.session['user'] = 7;
  response.end();
});
app.get('/counted/:id', async (request, response) => {
  const name = ['insert', 'One'].join('');
  await client.db().collection('visits')[name]({ id: request.params.id });
  await client.db().collection('sessions')[name]({});
  response.end();
});
app.get('/file', (_request, response) => {
  fs[['write', 'FileSync'].join('')](path.join(os.tmpdir(), `banyan-traced-${process.pid}`), '');
  fs.unlinkSync(path.join(os.tmpdir(), `banyan-traced-${process.pid}`));
  response.end();
});
app.get('/later', (_request, response) => {
  globalThis[['set', 'Timeout'].join('')](() => response.app.emit('late'), 50);
  response.end();
});
app.get('/outside', (_request, response) => {
  http.get(`http://127.0.0.1:${other.address().port}/plain`, (answer) =>
    answer.resume().on('end', () => response.end()),
  );
});
app.get('/events', (_request, response) => {
  response.setHeader('content-type', ['text/event', 'stream'].join('-')).end();
});
// An answer that is whole, and one that goes on, each to a client that leaves.
app.get('/large', (_request, response) => response.end(Buffer.alloc(50_000_000)));
app.get('/endless', (_request, response) => response.write('x'));
app.post('/json', (_request, response) => response.status(415).end());
// Not the app: its requests do not count.
const other = http.createServer((_request, response) => response.end());
const server = http.createServer(app);

async function main() {
  await Promise.all([
    client.connect(),
    ...[other, server].map((one) => new Promise((done) => one.listen(0, '127.0.0.1', done))),
  ]);
  const ask = async (target, init) => (await fetch(`http://127.0.0.1:${server.address().port}${target}`, init)).text();
  const late = new Promise((done) => app.once('late', done));
  await ask('/login', { method: 'POST' });
  await ask('/plain?secret=1');
  await ask('/plain', { method: 'HEAD' });
  for (const target of ['/counted/8', '/file', '/later', '/outside', '/events', '/unknown']) await ask(target);
  for (const target of ['/large', '/endless']) {
    const left = new AbortController();
    const closed = new Promise((done) => server.once('request', (_request, response) => response.once('close', done)));
    await fetch(`http://127.0.0.1:${server.address().port}${target}`, { signal: left.signal });
    left.abort();
    await closed;
  }
  const form = new FormData();
  form.set('a', '1');
  await ask('/json', { method: 'POST', body: form });
  await late;
  process.exitCode = 3;
  await client.close();
  for (const one of [other, server]) one.close().closeAllConnections();
}
main();
