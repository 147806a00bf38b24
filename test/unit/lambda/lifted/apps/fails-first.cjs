const { connection } = require('./fails-first/connection.cjs');

connection.catch(() => undefined);
if (connection.attempt === 1) throw new Error('the first start fails');
require('node:http')
  .createServer((_req, res) => res.end(`attempt ${connection.attempt}`))
  .listen(0);
