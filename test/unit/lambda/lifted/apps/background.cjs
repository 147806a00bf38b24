const net = require('node:net');
require('./jobs/clean-up.cjs');

let ticks = 0;
setInterval(() => (ticks += 1), 10);
clearInterval(setInterval(() => undefined, 20));
setTimeout(() => undefined, 60_000);
net.connect({ host: '127.0.0.1', port: 9 }).on('error', () => undefined);
require('node:http')
  .createServer((_req, res) => {
    // A request's own.
    setInterval(() => undefined, 30).unref();
    setTimeout(() => res.end(JSON.stringify({ ticks })), 100);
  })
  .listen(0);
