import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import banyan from '../../../banyan.config';
import { parseAdminTokens } from '../../../proxy/admin/tokens';
import { DEFAULT_LIMITS } from '../../../proxy/limits';
import { createProxyLogger } from '../../../proxy/logger';
import { startProxy, type Proxy } from '../../../proxy/server';
import { createLogger, type Logger } from '../../../shared/logger';
import { resolveSession } from '../../../shared/session/session-config';
import { shortenClientFaults } from '../support/console-errors';
import { consoleLogger } from '../../../shared/local/console-logger';
import { startSystem, type LocalSystem } from '../system';
import { exchangeRaw } from '../../support/raw-client';
import { recordingServer, type RecordingServer } from '../../support/recording-server';
import { demoRoutes, TEST_SECRET } from '../support/running-system';
import { waitFor } from '../../support/wait-for';

const ADMIN_TOKEN = 'an-admin-token-for-tests';
const ROUTES = `
routes:
  - { id: echo, match: GET /echo, stage: shadow, shadow: { sample: 1 }, record: { sample: 1 } }
  - { id: item, match: GET /items/:id, stage: shadow, shadow: { sample: 1 }, record: { sample: 1 } }
  - { id: form, match: POST /forms, stage: legacy, record: { sample: 1 } }
  - { id: moved, match: GET /moved/:id, stage: lambda, record: { sample: 1 } }
`;
/** A recording is of what was said: values and bodies stay in it but for secrets (proxy/record/README.md). */
const KEPT = new Set(['JSON key of an answer: recording']);
/** Text that no rule about values knows; only where it stands makes it secret. */
const canary = (): string => `cN7${randomBytes(9).toString('hex')}Xq4`;

/** What a text may have become on its way into a sink. */
function formsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const percent = [...bytes].map((byte) => `%${byte.toString(16)}`).join('');
  // Wherever in a longer text it stands: three ways to fall on base64's groups, without what depends on the neighbours.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -5),
  );
  return [text, percent, bytes.toString('hex'), text.split('').reverse().join(''), ...base64].map((form) =>
    form.toLowerCase(),
  );
}

/** The whole path of requests, with a secret in every place that a client chooses, and everything that is written about them. */
describe('canaries in every sink', () => {
  let folder: string;
  let system: LocalSystem;
  let proxy: Proxy;
  let legacy: RecordingServer;
  let lambda: RecordingServer;
  let logger: Logger;
  let restoreConsole: () => void;
  let output = '';
  const lines: string[] = [];
  const canaries = new Map<string, string>();

  /** A secret of its own for each place. */
  const at = (place: string): string => {
    const known = canaries.get(place) ?? canary();
    canaries.set(place, known);
    return known;
  };

  /** Every way in which this project writes lines. */
  const allLoggers = (): Logger => {
    const loggers = [
      createProxyLogger('debug', path.join(folder, 'proxy.log')),
      createLogger({ level: 'debug', write: (line) => lines.push(line) }),
      consoleLogger('debug', (line) => lines.push(line)),
    ];
    const all =
      (level: keyof Logger) =>
      (fields: object, message: string): void => {
        for (const logger of loggers) logger[level](fields, message);
      };
    return { debug: all('debug'), info: all('info'), warn: all('warn'), error: all('error') };
  };

  /** Says everything back that it was asked, in keys, headers and cookies; either side in another way. */
  const echo =
    (side: string) =>
    ({ url = '', headers }: IncomingMessage, response: ServerResponse): void => {
      const keys = [
        url,
        ...Object.keys(headers),
        ...(headers.cookie?.split(/[;=]\s*/) ?? []),
        at('JSON key of an answer'),
      ];
      const word = /cN7\w+Xq4/.exec(url)?.[0] ?? 'x';
      response.setHeader('Content-Type', 'application/json');
      response.setHeader(`X-${word}`, side);
      response.setHeader('Set-Cookie', `${word}=${side}; Path=/`);
      response.end(JSON.stringify({ ...Object.fromEntries(keys.map((key) => [key, side])), [word]: { [word]: side } }));
    };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-sinks-'));
    for (const stream of [process.stdout, process.stderr])
      jest.spyOn(stream, 'write').mockImplementation((chunk) => {
        output += String(chunk);
        return true;
      });
    logger = allLoggers();
    restoreConsole = shortenClientFaults(console, logger);
    [legacy, lambda] = [await recordingServer(), await recordingServer()];
    legacy.answer(echo('legacy'));
    lambda.answer(echo('lambda'));
    await writeFile(path.join(folder, 'demo.yml'), await demoRoutes('lambda'));
    system = await startSystem({
      env: {
        ...{ PATH: process.env['PATH'], LOG_LEVEL: 'debug' },
        ...{ ROUTES_FILE: path.join(folder, 'demo.yml'), SESSION_SECRET: TEST_SECRET },
      },
      logger,
    });
    await writeFile(path.join(folder, 'routes.yml'), ROUTES);
    proxy = await startProxy(
      {
        banyan,
        ...{ host: '127.0.0.1', port: 0, legacyUrl: legacy.url, lambdaUrl: new URL('/dev', lambda.url) },
        ...{ lambdaEndpointType: 'private', trustedHops: 1, drainDelay: 0, legacyTimeout: 2_000, lambdaTimeout: 2_000 },
        ...{ mongodbUri: system.mongo.uri, session: resolveSession(banyan.session, { SESSION_SECRET: TEST_SECRET }) },
        ...{ overridesFile: undefined, killSwitchFile: undefined, guardWebhookUrl: undefined, instanceName: 'test' },
        ...{ adminPort: 0, adminHost: '127.0.0.1', adminTokens: parseAdminTokens(`ann=${ADMIN_TOKEN}`, []) },
        ...{ versions: { legacy: 'a', lambda: 'b' }, logLevel: 'debug', recordDir: path.join(folder, 'recordings') },
        limits: DEFAULT_LIMITS,
        routesFile: path.join(folder, 'routes.yml'),
      },
      logger,
    );
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    restoreConsole();
    await proxy.close();
    await system.close();
    await Promise.all([legacy.close(), lambda.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  const ask = async (url: string, init: RequestInit = {}): Promise<string> => (await fetch(url, init)).text();
  const raw = (port: number, head: string, body = ''): Promise<string> =>
    exchangeRaw(port, `${head}\r\nConnection: close\r\n\r\n${body}`).catch(() => '');
  /** What the proxies themselves said to clients. */
  const answers: string[] = [];

  /** The same requests to the proxy of the echoing sides and to the whole system. */
  const drive = async (base: string, port: number): Promise<void> => {
    for (const target of [
      `/echo?${at('parameter without a value')}`,
      `/echo?a=1&${at('parameter')}=1`,
      `/echo?a[${at('nested parameter')}]=1`,
      `/items/${at('segment of a listed path')}`,
      `/moved/${at('segment of a moved path')}`,
      `/api/events/${at('segment of an id')}`,
      `/api/events?${at('parameter of a function')}`,
      `/api/events?limit=${at('value of a parameter of a function')}`,
      `/other/${at('segment of an unlisted path')}/x?${at('parameter of an unlisted path')}`,
    ])
      await ask(`${base}${target}`);
    for (const value of ['Basic', 'Bearer', at('scheme')])
      await ask(`${base}/echo`, { headers: { Authorization: `${value} ${at('credential')}` } });
    await ask(`${base}/api/events`, { headers: { Cookie: `eventsapp.sid=s:${at('id of a session')}.x` } });
    await ask(`${base}/echo`, {
      headers: {
        [`X-${at('header')}`]: '1',
        Cookie: `${at('cookie')}=${at('value of a cookie')}; ${at('cookie without a value')}`,
        'X-Forwarded-For': at('forwarded address'),
        'X-Forwarded-Host': `${at('forwarded host')}.example`,
        Referer: `http://a.example/${at('segment of a referer')}?${at('parameter of a referer')}`,
      },
    });
    const json = { 'Content-Type': 'application/json' };
    for (const target of ['/forms', '/api/auth/login', '/api/events']) {
      const url = `${base}${target}`;
      await ask(url, { method: 'POST', headers: json, body: JSON.stringify({ email: 'a', password: at('password') }) });
      const body = new URLSearchParams({ [at('field')]: '1' });
      await ask(url, { method: 'POST', body });
      const parts = new FormData();
      parts.set(at('part'), '1');
      parts.set('photo', new Blob(['x']), `${at('file')}.png`);
      await ask(url, { method: 'POST', body: parts });
    }
    // Not recorded: a recording keeps values, and bodies that are no forms as they are (proxy/record/README.md).
    for (const body of [`{"${at('JSON key')}":"${at('JSON value')}"}`, `{"a": ${at('broken JSON')}`])
      await ask(`${base}/api/auth/login`, { method: 'PUT', headers: json, body });
    await ask(`${base}/api/events`, { headers: { 'X-Thing': at('value of a header') } });

    const host = 'Host: a.example';
    for (const head of [
      `GET /echo HTTP/1.1\r\nHost: ${at('host')}.example`,
      `GET http://${at('host of an absolute target')}.example/echo HTTP/1.1\r\n${host}`,
      `${at('method').toUpperCase()} /echo HTTP/1.1\r\n${host}`,
      `M-SEARCH /${at('path of another method')} HTTP/1.1\r\n${host}`,
      `GET /ws/${at('path of a WebSocket')}?${at('parameter of a WebSocket')} HTTP/1.1\r\n${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${at('key of a WebSocket')}\r\nSec-WebSocket-Protocol: ${at('protocol of a WebSocket')}`,
      `GET /echo HTTP/1.1\r\n${host}\r\nUpgrade: ${at('upgrade')}`,
      `GET /echo HTTP/1.1\r\n${host}\r\nExpect: ${at('expectation')}`,
      `GET /echo HTTP/1.1\r\n${host}\r\nContent-Length: ${at('length')}`,
      `GET /echo HTTP/1.1\r\n${host}\r\nTransfer-Encoding: ${at('transfer coding')}`,
      `GET /${at('path with a fragment')}#${at('fragment')} HTTP/1.1\r\n${host}`,
      `GET /echo HTTP/1.1\r\n${host}\r\n${at('header without a colon')}`,
      `GET /%zz${at('broken escape')} HTTP/1.1\r\n${host}`,
      `GET /api/events/%zz${at('broken escape of an id')} HTTP/1.1\r\n${host}`,
    ]) {
      const answer = await raw(port, head);
      if (answer.includes('"code":')) answers.push(answer);
    }
    await raw(
      port,
      `POST /forms HTTP/1.1\r\n${host}\r\nContent-Encoding: ${at('content coding')}\r\nContent-Length: 1`,
      'x',
    );
    const trailer = `X-${at('trailer')}: ${at('value of a trailer')}`;
    const chunked = `POST /forms HTTP/1.1\r\n${host}\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nTrailer: X-${at('trailer')}`;
    await raw(port, chunked, `1\r\na\r\n0\r\n${trailer}\r\n\r\n`);
  };

  const recordings = async (): Promise<string> => {
    const names = await readdir(path.join(folder, 'recordings'));
    return (await Promise.all(names.map((name) => readFile(path.join(folder, 'recordings', name), 'utf8')))).join('\n');
  };

  const stored = async (): Promise<string> => {
    const client = await MongoClient.connect(system.mongo.uri);
    try {
      const collections = await client.db().listCollections().toArray();
      const ours = collections.filter(({ name }) => name.startsWith('banyan'));
      const all = await Promise.all(ours.map(({ name }) => client.db().collection(name).find().toArray()));
      return JSON.stringify(all);
    } finally {
      await client.close();
    }
  };

  const administered = async (): Promise<string> => {
    const base = proxy.adminUrl ?? '';
    const pages = [
      '/metrics',
      '/api/state',
      '/api/routes/echo',
      '/api/routes/item',
      `/api/${at('path of the dashboard')}`,
    ];
    return (await Promise.all(pages.map((page) => ask(`${base}${page}`)))).join('\n');
  };

  it('leaves none of what clients chose in a log, the ledger, the dashboard, metrics, a recording or an answer', async () => {
    await drive(proxy.url, proxy.port);
    await drive(system.proxy.url, system.proxy.port);
    await waitFor('mismatches in the ledger', async () => /mismatch|differences/.test(await stored()));
    // Upstreams that fail are told of too.
    await Promise.all([legacy.close(), lambda.close()]);
    answers.push(
      await ask(`${proxy.url}/items/${at('segment while legacy is away')}?${at('parameter while legacy is away')}`),
    );
    answers.push(await ask(`${proxy.url}/moved/${at('segment while Lambda is away')}`));
    // Parsers, drivers and fetch quote what they were given.
    const quoting = new TypeError(`Unexpected token in ${at('message of an error')}`, {
      cause: new Error(`E11000 dup key: { email: "${at('message of a cause')}" }`),
    });
    logger.error({ err: Object.assign(quoting, { input: at('property of an error') }) }, 'failed');
    const admin = await administered();
    const har = await waitFor('the recording', async () => {
      const text = await recordings();
      return text.includes('"route":"form"') && text.includes('"route":"moved"') && text;
    });
    const sinks = new Map([
      ['log of the proxy', await readFile(path.join(folder, 'proxy.log'), 'utf8')],
      ['log of functions and console', lines.join('')],
      ['standard output and error', output],
      ['ledger', await stored()],
      ['dashboard and metrics', admin],
      ['recording', har],
      ['answers of the proxy', answers.join('\n')],
    ]);
    for (const [name, text] of sinks)
      if (name !== 'standard output and error') expect([name, text.length > 100]).toEqual([name, true]);
    expect(canaries.size).toBeGreaterThan(50);
    const found = [...sinks].flatMap(([sink, text]) => {
      const lower = text.toLowerCase();
      return [...canaries].flatMap(([place, secret]) =>
        formsOf(secret).some((form) => lower.includes(form)) ? [`${place}: ${sink}`] : [],
      );
    });
    expect(found.filter((one) => !KEPT.has(one))).toEqual([]);
  });
});
