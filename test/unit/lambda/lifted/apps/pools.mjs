import http from 'node:http';
import { MongoClient } from 'mongodb';

const client = new MongoClient('mongodb://127.0.0.1:1');
http.createServer((_req, res) => res.end(JSON.stringify({ sizes: [client.options.maxPoolSize] }))).listen(0);
