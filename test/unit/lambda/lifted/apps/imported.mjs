import http from 'node:http';
import express from 'express';

await new Promise((resolve) => setTimeout(resolve, 20));
const app = express();
app.get('/', (_req, res) => res.json({ from: 'a module' }));
http.createServer(app).listen({ port: 0 });
