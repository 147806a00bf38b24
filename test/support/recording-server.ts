import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { listen } from './listen';

/** A request as an upstream received it. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  body: string;
}

/** An HTTP server that keeps what it was asked. */
export interface RecordingServer {
  readonly server: Server;
  readonly port: number;
  readonly url: URL;
  readonly requests: RecordedRequest[];
  /** Replaces the answer; the request's body has not been read. */
  answer(listener: RequestListener): void;
  close(): Promise<void>;
}

/** Starts an upstream that answers `ok` until told otherwise. */
export async function recordingServer(): Promise<RecordingServer> {
  const requests: RecordedRequest[] = [];
  let listener: RequestListener = (_request, response) => response.end('ok');
  const server = createServer((request, response) => {
    const { method = '', url = '', rawHeaders, headers } = request;
    const record: RecordedRequest = { method, url, rawHeaders, headers, body: '' };
    requests.push(record);
    request.on('data', (chunk: Buffer) => (record.body += chunk.toString('latin1')));
    listener(request, response);
  });
  const port = await listen(server);
  return {
    server,
    port,
    url: new URL(`http://127.0.0.1:${port}`),
    requests,
    answer: (next) => (listener = next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
