/** undici and nothing else: no routes, no log, no header rules, no errors. What any proxy on undici could reach at best. */
import { createServer } from 'node:http';
import { Pool } from 'undici';
import { announce, upstreamUrl } from './listen';

const pool = new Pool(upstreamUrl());
announce(
  createServer((request, response) => {
    const { method = 'GET', url = '/', headers } = request;
    pool.dispatch(
      { method, path: url, headers: { host: headers.host ?? '' } },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, status, parsed) => void response.writeHead(status, { ...parsed }),
        onResponseData: (_controller, chunk) => void response.write(chunk),
        onResponseEnd: () => void response.end(),
        onResponseError: () => void response.destroy(),
      },
    );
  }),
);
