import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import pino from 'pino';
import { createProxyLogger, LineWriter } from '../../../proxy/logger';
import { waitFor } from '../../support/wait-for';

describe('the log', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'banyan-log-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('has every line, in order, whole, whatever their length', async () => {
    const file = path.join(folder, 'log');
    const logger = createProxyLogger('info', file);
    const paths = Array.from({ length: 2_000 }, (_, i) => `/${i}/é€😀${'x'.repeat((i * 37) % 500)}`);
    paths.splice(1_000, 0, `/${'long😀'.repeat(20_000)}`);
    for (const target of paths) logger.info({ path: target }, 'request');
    const lines = await waitFor('all lines', async () => {
      const text = await readFile(file, 'utf8');
      return text.split('\n').length > paths.length ? text.trimEnd().split('\n') : undefined;
    });
    expect(lines.map((line) => (JSON.parse(line) as { path: string }).path)).toEqual(paths);
  });

  it('is what pino would write, whatever the fields', async () => {
    const file = path.join(folder, 'log');
    const logger = createProxyLogger('info', file);
    const expected: string[] = [];
    const reference = pino({ level: 'info' }, { write: (line) => void expected.push(line) });
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('"', '\\', '\n', '\u0001', 'é😀'));
    const value = fc.oneof(text, fc.double(), fc.boolean(), fc.constant(undefined), fc.constant(null), fc.constant({}));
    fc.assert(
      fc.property(fc.record({ path: value, status: value, lambda: value }), text, (fields, message) => {
        logger.info(fields, message);
        reference.info(fields, message);
      }),
      { numRuns: 500 },
    );
    const lines = await waitFor('all lines', async () => {
      const written = (await readFile(file, 'utf8')).trimEnd().split('\n');
      return written.length === expected.length ? written : undefined;
    });
    const withoutTime = (line: string): string => line.trimEnd().replace(/"time":\d+/, '"time":0');
    expect(lines.map(withoutTime)).toEqual(expected.map(withoutTime));
  });

  it('writes nothing below its level', async () => {
    const file = path.join(folder, 'log');
    const logger = createProxyLogger('warn', file);
    logger.info({}, 'one');
    logger.warn({}, 'two');
    const text = await waitFor('a line', async () => (await readFile(file, 'utf8')) || undefined);
    expect(text.match(/"msg":"\w+"/g)).toEqual(['"msg":"two"']);
  });

  it('drops lines that a full disk does not take, and goes on', async () => {
    const fd = openSync('/dev/full', 'w');
    const lines = new LineWriter(fd);
    for (let i = 0; i < 3; i += 1) {
      lines.write(`line ${i}\n`);
      lines.flush();
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Open until the process ends: a write may be under way.
    lines.end(false);
  });

  it('writes what is left when the process ends', async () => {
    const script = `
      const { createProxyLogger } = require('./proxy/logger');
      createProxyLogger('info').info({}, 'the last line');
      process.exit(3);`;
    const child = spawn(process.execPath, ['--import', 'tsx', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await once(child, 'close');
    expect(text).toContain('the last line');
  }, 30_000);

  it('goes on, and ends, when nobody reads', async () => {
    // The child writes far more than a pipe holds and ends by itself.
    const script = `
      const { createProxyLogger } = require('./proxy/logger');
      const logger = createProxyLogger('info');
      for (let i = 0; i < 20000; i += 1) logger.info({ text: 'x'.repeat(1000) }, 'line');
      setTimeout(() => process.exit(0), 100);`;
    const child = spawn(process.execPath, ['--import', 'tsx', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.pause();
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
    child.stdout.destroy();
  }, 30_000);
});
