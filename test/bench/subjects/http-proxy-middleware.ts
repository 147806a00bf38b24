import { Agent, createServer } from 'node:http';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { announce, upstreamUrl } from './listen';

const proxy = createProxyMiddleware({ target: upstreamUrl(), agent: new Agent({ keepAlive: true }) });
announce(createServer((request, response) => void proxy(request, response, () => response.end())));
