const clients = ['mongodb', 'mongodb-6'].map((name) => {
  const { MongoClient } = require(name);
  return new MongoClient('mongodb://127.0.0.1:1/?maxPoolSize=50&minPoolSize=5', { maxPoolSize: 40 });
});
const { MongoClient } = require('mongodb-3');
const third = new MongoClient('mongodb://127.0.0.1:1', {
  poolSize: 50,
  useUnifiedTopology: true,
  serverSelectionTimeoutMS: 1,
});
third.connect(() => undefined);
require('node:http')
  .createServer((_req, res) => {
    const { poolSize, maxPoolSize } = third.s.options;
    const sizes = clients.map(({ options }) => [options.maxPoolSize, options.minPoolSize]);
    res.end(JSON.stringify({ sizes, third: { poolSize, maxPoolSize } }));
  })
  .listen(0);
