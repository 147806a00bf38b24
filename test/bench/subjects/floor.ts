/** What Node's own server costs: it answers what the upstream answers, and forwards nothing. */
import { createServer } from 'node:http';
import { BODY, HEADERS } from './answer';
import { announce } from './listen';

announce(createServer((_request, response) => response.writeHead(200, HEADERS).end(BODY)));
