import httpProxy from '@fastify/http-proxy';
import fastify from 'fastify';
import { announce, upstreamUrl } from './listen';

const app = fastify({ logger: false });
void app.register(httpProxy, { upstream: upstreamUrl() });
void app.ready().then(() => announce(app.server));
