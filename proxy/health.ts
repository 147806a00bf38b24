import type { ServerResponse } from 'node:http';

/** Prefix of paths that the proxy answers itself. */
const LIVE = '/.banyan/livez';
const READY = '/.banyan/readyz';

/** Answers health checks independent of MongoDB, legacy and Lambda, whose faults must not take proxies out; false for other targets. */
export function answerHealth(target: string, response: ServerResponse, state: 'ready' | 'draining'): boolean {
  if (!target.startsWith('/.banyan/')) return false;
  const path = target.split('?', 1)[0];
  if (path === LIVE) send(response, 200, 'live');
  else if (path === READY) send(response, state === 'ready' ? 200 : 503, state);
  else return false;
  return true;
}

function send(response: ServerResponse, statusCode: number, status: string): void {
  const body = JSON.stringify({ status });
  response.writeHead(statusCode, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  });
  response.end(body);
}
