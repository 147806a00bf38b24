import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HarFolder } from '../../../../proxy/record/har-folder';
import { createRecorder, type Recorder, type RecorderOptions } from '../../../../proxy/record/recorder';
import { isSampled } from '../../../../proxy/record/sampling';
import { parseRouteTable } from '../../../../proxy/route-table/load';
import { parseHar } from '../../../../shared/recording/har/parse-har';
import { capturedLogger, type CapturedLogger } from '../../../support/captured-logger';
import { listen } from '../../../support/listen';
import { waitFor } from '../../../support/wait-for';

const TABLE = parseRouteTable('routes: [{ id: all, match: GET /api/events, stage: legacy, record: { sample: 1 } }]', {
  file: 'routes.yml',
  lambdaAvailable: false,
  cohortsAvailable: false,
});
const REDACTION = {
  sessionCookie: 'sid',
  credentialHeaders: [],
  credentialQueries: [],
  paths: [],
  keepCookies: [],
  logins: [],
};

let folder: string;
beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'banyan-record-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

async function entriesIn(): Promise<number[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.har')).sort();
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
  return texts.map((text) => parseHar(text, 'recorded.har').har.log.entries.length);
}

describe('the limits of a recorder', () => {
  let server: Server;
  let recorder: Recorder;
  let logger: CapturedLogger;
  let port: number;
  let hold: Promise<void> | undefined;
  let inHand: number;

  async function start(options: Partial<RecorderOptions>, size: number, json?: string): Promise<void> {
    logger = capturedLogger();
    inHand = 0;
    recorder = await createRecorder({ folder, table: () => TABLE, redaction: REDACTION, ...options }, logger);
    server = createServer((request, response) => {
      inHand += 1;
      const tap = recorder.begin(request, response, TABLE.routes[0], '/api/events');
      const body = json === undefined ? Buffer.alloc(size, 'x') : Buffer.from(json);
      const type = json === undefined ? 'text/plain' : 'application/json';
      tap?.onHead({ statusCode: 200, headers: ['Content-Type', type] });
      tap?.onData(body);
      response.write(body);
      void (hold ?? Promise.resolve()).then(() => {
        tap?.onEnd('complete');
        response.end();
      });
    });
    port = await listen(server);
  }
  afterEach(() => {
    hold = undefined;
    server.closeAllConnections();
    server.close();
  });

  async function ask(): Promise<number> {
    const outgoing = httpRequest({ port, host: '127.0.0.1', path: '/api/events', agent: false });
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [NodeJS.ReadableStream];
    let bytes = 0;
    for await (const chunk of response) bytes += (chunk as Buffer).length;
    return bytes;
  }

  it('drop an exchange with more secrets than can be searched for in time', async () => {
    const secrets = (count: number): string =>
      JSON.stringify(Array.from({ length: count }, (_, i) => ({ password: `secret number ${i}` })));
    await start({}, 0, secrets(3_000));
    await ask();
    await waitFor('the drop', () => recorder.stats().dropped.unredactable === 1);
    expect(recorder.stats().recorded).toBe(0);
    await recorder.close();
  });

  it('drops and counts what does not fit into memory; the answers are whole', async () => {
    let release = (): void => undefined;
    hold = new Promise((resolve) => (release = resolve));
    await start({ maxMemoryBytes: 256 * 1024 }, 50_000);
    const answers = Array.from({ length: 20 }, ask);
    await waitFor('all requests', () => inHand === 20, 20_000);
    release();
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 20 }, () => 50_000));
    await recorder.close();
    const { recorded, dropped } = recorder.stats();
    expect(recorded).toBeGreaterThan(0);
    expect(recorded).toBeLessThanOrEqual(5);
    expect(recorded + dropped.memory).toBe(20);
    expect(await entriesIn()).toEqual([recorded]);
    expect(logger.lines.filter(({ message }) => message === 'recording drops exchanges')).toHaveLength(1);
  });

  it('has memory again afterwards', async () => {
    await start({ maxMemoryBytes: 128 * 1024 }, 50_000);
    for (let i = 0; i < 12; i += 1) {
      await ask();
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await recorder.close();
    const { recorded, dropped } = recorder.stats();
    expect(recorded + dropped.memory).toBe(12);
    expect(recorded).toBeGreaterThan(1);
  });

  it('begins another file when one is large, and stops when the folder is full', async () => {
    await start({ maxFileBytes: 30_000, maxTotalBytes: 60_000 }, 20_000);
    for (let i = 0; i < 3; i += 1) await ask();
    await recorder.close();
    const first = await entriesIn();
    expect(first.reduce((sum, count) => sum + count, 0)).toBe(3);
    server.closeAllConnections();
    server.close();

    await start({ maxFileBytes: 30_000, maxTotalBytes: 60_000 }, 20_000);
    await ask();
    await recorder.close();
    expect(recorder.stats()).toMatchObject({ recorded: 0, dropped: { full: 1 } });
  });

  it('drops and counts what the disk refuses', async () => {
    await start({}, 100);
    await rm(folder, { recursive: true });
    await ask();
    await recorder.close();
    expect(recorder.stats()).toMatchObject({ recorded: 0, dropped: { disk: 1 } });
  });
});

describe('files of a recording', () => {
  const options = { maxFileBytes: 1_000, maxTotalBytes: 10_000, maxFileAge: 60_000 };
  const entry = (n: number): string => JSON.stringify({ n, text: 'x'.repeat(100) });

  it('are valid JSON after every write', async () => {
    const files = await HarFolder.open({ folder, ...options, maxFileBytes: 100_000 });
    for (let n = 1; n <= 5; n += 1) {
      await files.write([entry(n), entry(-n)]);
      const [name = ''] = await readdir(folder);
      const { log } = JSON.parse(await readFile(path.join(folder, name), 'utf8')) as { log: { entries: unknown[] } };
      expect(log.entries).toHaveLength(2 * n);
    }
    await files.finish();
  });

  it('are closed when they are large, and counted with those that were there before', async () => {
    await writeFile(path.join(folder, 'older.har'), 'x'.repeat(9_000));
    const files = await HarFolder.open({ folder, ...options });
    expect(files.isFull).toBe(false);
    for (let n = 0; n < 12; n += 1) await files.write([entry(n)]);
    await files.finish();
    expect(files.isFull).toBe(true);
    expect((await readdir(folder)).length).toBeGreaterThan(2);
    await rm(path.join(folder, 'older.har'));
    await files.measure();
    expect(files.isFull).toBe(false);
  });

  it('can be read after the process was killed in the middle of writing', async () => {
    const script = `
      const { HarFolder } = require(${JSON.stringify(path.resolve('proxy/record/har-folder.ts'))});
      (async () => {
        const files = await HarFolder.open({ folder: ${JSON.stringify(folder)}, maxFileBytes: 200_000, maxTotalBytes: 1e9, maxFileAge: 60_000 });
        const entry = JSON.stringify(${JSON.stringify(HAR_ENTRY)});
        for (let n = 0; ; n += 1) {
          await files.write([entry, entry, entry]);
          if (n === 50) process.stdout.write('writing\\n');
        }
      })();`;
    const child = spawn(process.execPath, ['--import', 'tsx', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const counts = await entriesIn();
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(150);
  });
});

const HAR_ENTRY = {
  startedDateTime: '2026-11-02T10:00:00.000Z',
  request: { method: 'GET', url: 'http://127.0.0.1/x', headers: [] },
  response: { status: 200, headers: [], content: { text: 'x'.repeat(3_000) } },
};

describe('sampling', () => {
  it('takes about the share that is asked for, and only adds when it grows', () => {
    const keys = Array.from({ length: 20_000 }, (_, i) => `key-${i}`);
    for (const share of [0, 0.01, 0.1, 0.5, 1]) {
      const taken = keys.filter((key) => isSampled(key, share));
      expect(Math.abs(taken.length / keys.length - share)).toBeLessThan(0.01);
      expect(taken.every((key) => isSampled(key, Math.min(1, share * 1.5)))).toBe(true);
    }
  });
});
