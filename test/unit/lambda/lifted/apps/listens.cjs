// As monoliths start: only when run as the program, late, by a callback.
const express = require('express');
const multer = require('multer');

const app = express();
app.set('env', 'production');
app.set('trust proxy', 1);
app.use(express.json());
let closed = 0;
app.use((_req, res, next) => {
  res.on('close', () => (closed += 1));
  next();
});
app.get('/who', (req, res) => {
  const { ip, protocol, hostname, headers } = req;
  res.json({ ip, protocol, hostname, headers, cwd: process.cwd(), argv: process.argv.slice(1) });
});
app.post('/echo', (req, res) => res.json({ body: req.body }));
app.post('/upload', multer().any(), (req, res) => res.json(req.files.map((file) => file.buffer.toString())));
app.get('/latin1', (_req, res) => res.type('text/plain; charset=latin1').send(Buffer.from('\xe9', 'latin1')));
app.get('/pdf', (_req, res) => res.type('application/pdf').send(Buffer.from([0x25, 0xff])));
app.get('/cookies', (_req, res) => res.cookie('a', '1').cookie('b', '2').redirect('/who'));
app.get('/closed', (_req, res) => res.json({ closed }));
app.get('/broken', () => {
  throw new Error('not for clients');
});

if (require.main === module) {
  setTimeout(() => {
    const server = app.listen(process.env.PORT ?? 3000, () => {
      if (!server.listening || server.address().port !== 3000) throw new Error('it does not listen');
    });
  }, 20);
}
