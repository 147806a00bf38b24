import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import { WebSocket, WebSocketServer } from 'ws';
import { loadProxyConfig } from '../../../proxy/config';
import { runProxy } from '../../support/running-proxy';
import { testBanyan } from '../../support/test-banyan';

const CERTIFICATE = path.join(__dirname, 'http1/certificate/certificate.pem');
const KEY = path.join(__dirname, 'http1/certificate/key.pem');

/** The certificate is for localhost and 127.0.0.1; the upstream's URL says 127.0.0.2, and it asks for a client certificate that it knows. */
describe('an https upstream with a CA, a client certificate and a server name of its own', () => {
  let upstream: Server;
  let url: string;
  const tls = { LEGACY_CA_FILE: CERTIFICATE, LEGACY_CERT_FILE: CERTIFICATE, LEGACY_KEY_FILE: KEY };
  const load = (env: Record<string, string>) => loadProxyConfig(testBanyan, { LEGACY_URL: url, ...env });

  beforeAll(async () => {
    const pem = { key: readFileSync(KEY), cert: readFileSync(CERTIFICATE), ca: readFileSync(CERTIFICATE) };
    let servername: unknown;
    upstream = createServer({ ...pem, requestCert: true, rejectUnauthorized: true }, (_request, response) =>
      response.end(String(servername)),
    );
    upstream.on('secureConnection', (socket: TLSSocket & { servername?: unknown }) => ({ servername } = socket));
    const sockets = new WebSocketServer({ noServer: true });
    upstream.on('upgrade', (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (webSocket) => webSocket.close(1000, 'hello')),
    );
    upstream.listen(0, '0.0.0.0');
    await once(upstream, 'listening');
    const address = upstream.address();
    url = `https://127.0.0.2:${typeof address === 'object' && address !== null ? address.port : 0}`;
  });
  afterAll(async () => {
    upstream.closeAllConnections();
    await new Promise((resolve) => upstream.close(resolve));
  });

  const through = async (env: Record<string, string>): Promise<{ status: number; text: string; closed: number }> => {
    const { legacyUrl, legacyTls = {} } = load(env);
    const proxy = await runProxy({ legacyUrl, legacyTls });
    try {
      const answer = await fetch(proxy.url, { headers: { connection: 'close' } });
      const client = new WebSocket(proxy.url.replace('http', 'ws'));
      client.on('error', () => undefined);
      const closed = await new Promise<number>((resolve) => client.once('close', resolve));
      return { status: answer.status, text: await answer.text(), closed };
    } finally {
      await proxy.close();
    }
  };

  it('is reached, by requests and WebSockets', async () => {
    expect(await through({ ...tls, LEGACY_SERVER_NAME: 'localhost' })).toEqual({
      status: 200,
      text: 'localhost',
      closed: 1000,
    });
  });

  it.each([
    ['server name', tls],
    ['CA', { LEGACY_CERT_FILE: CERTIFICATE, LEGACY_KEY_FILE: KEY, LEGACY_SERVER_NAME: 'localhost' }],
    ['client certificate', { LEGACY_CA_FILE: CERTIFICATE, LEGACY_SERVER_NAME: 'localhost' }],
  ])('is not without the %s', async (_what, env) => {
    expect(await through(env)).toMatchObject({ status: 502, closed: 1006 });
  });

  it('is refused by name when a file is wrong, without what it holds', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'banyan-tls-'));
    const odd = path.join(folder, 'odd.pem');
    writeFileSync(odd, 'a secret that is no PEM');
    const faultsOf = (env: Record<string, string>): string => {
      try {
        load(env);
        return '';
      } catch (error) {
        return String(error);
      }
    };
    expect(faultsOf({ LEGACY_CA_FILE: path.join(folder, 'none.pem') })).toMatch(/LEGACY_CA_FILE .*ENOENT/);
    expect(faultsOf({ LEGACY_CA_FILE: odd })).toMatch(/LEGACY_CA_FILE holds no certificate/);
    expect(faultsOf({ LEGACY_CERT_FILE: CERTIFICATE })).toMatch(/belong together/);
    expect(faultsOf({ LEGACY_CERT_FILE: CERTIFICATE, LEGACY_KEY_FILE: odd })).toMatch(/cannot be used/);
    expect(faultsOf({ LEGACY_CERT_FILE: CERTIFICATE, LEGACY_KEY_FILE: odd })).not.toContain('a secret');
    expect(faultsOf({ LEGACY_URL: 'http://a', LEGACY_CA_FILE: CERTIFICATE })).toMatch(/need an https LEGACY_URL/);
    expect(faultsOf({ LAMBDA_SERVER_NAME: 'a' })).toMatch(/need an https LAMBDA_URL/);
    rmSync(folder, { recursive: true });
  });
});
