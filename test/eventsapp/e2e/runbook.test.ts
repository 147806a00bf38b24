import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { run } from '../../../proxy/cli/program';
import { photoClient } from '../support/photo-client';
import { runSystem, TEST_SECRET, type RunningSystem } from '../support/running-system';
import { waitFor } from '../../support/wait-for';

const ROOT = path.join(__dirname, '../../..');
jest.setTimeout(240_000);

/** `sh runbook <name>`: a block that is run; the others need an account. */
async function blocksOf(): Promise<{ readonly all: readonly string[]; readonly named: ReadonlyMap<string, string> }> {
  const text = await readFile(path.join(ROOT, 'proxy/RUNBOOK.md'), 'utf8');
  const found = [...text.matchAll(/```sh ?(?:runbook ([\w-]+))?\n([^]*?)```/g)];
  return {
    all: found.map(([, , commands = '']) => commands),
    named: new Map(found.flatMap(([, name, commands = '']) => (name === undefined ? [] : [[name, commands] as const]))),
  };
}

const containing = (text: string): string => expect.stringContaining(text) as string;

describe('proxy/RUNBOOK.md', () => {
  let system: RunningSystem | undefined;
  afterAll(() => system?.close());

  it('has commands and options that exist', async () => {
    const { all } = await blocksOf();
    const lines = all.flatMap((block) =>
      [...block.matchAll(/npx banyan ([^#\n&]+)/g)].map(([, line = '']) => line.trim()),
    );
    expect(lines.length).toBeGreaterThan(15);
    for (const line of lines) {
      const words = line.replaceAll(/'[^']*'|"[^"]*"/g, 'X').split(/\s+/);
      const command = words.slice(0, ['session', 'parity'].includes(words[0] ?? '') ? 2 : 1);
      let help = '';
      const io = { env: {}, readInput: () => Promise.resolve(''), writeError: () => undefined, now: () => new Date() };
      expect([line, await run([...command, '--help'], { ...io, write: (text) => (help += text) })]).toEqual([line, 0]);
      for (const option of words.filter((word) => word.startsWith('--')))
        expect([line, help]).toEqual([line, expect.stringContaining(option)]);
    }
  });

  it('moves a read and a write to Lambda, and back at night, by the commands as they stand', async () => {
    const { named } = await blocksOf();
    const left = new Set(named.keys());
    const running = (system = await runSystem({ stage: 'legacy' }));
    const { proxy, legacy, gateway, mongo, routesFile } = running;
    const env = {
      PATH: process.env['PATH'],
      ROUTES_FILE: routesFile,
      ...{ MONGODB_URI: mongo.uri, SESSION_SECRET: TEST_SECRET, LEGACY_URL: legacy.url, LAMBDA_URL: gateway.url },
    };
    /** Runs a block. Its promotions accept what a machine has to offer: the embedded MongoDB, and no clients. */
    const block = async (name: string, flags = '-euc'): Promise<{ readonly code: number; readonly stdout: string }> => {
      left.delete(name);
      const script = (named.get(name) ?? `no block ${name}`)
        .replace(/^ *git diff$/m, '')
        .replaceAll(/^ *(npx banyan promote .*)$/gm, '$1 --development')
        .replaceAll('npx banyan', `"${process.execPath}" --import tsx proxy/cli/main.ts`);
      return promisify(execFile)('bash', [flags, script], { cwd: ROOT, env }).then(
        ({ stdout }) => ({ code: 0, stdout }),
        (error: unknown) => error as { readonly code: number; readonly stdout: string },
      );
    };
    const user = await photoClient(proxy.url, 'organiser@example.com');
    const ask = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++)
        expect((await user.ask('GET', `/api/events?limit=${1 + (i % 20)}&page=${1 + (i % 7)}`)).status).toBe(200);
    };
    const side = async (): Promise<unknown> => {
      const before = running.logger.lines.length;
      await ask(1);
      return waitFor(
        'the line',
        () => running.logger.lines.slice(before).find(({ message }) => message === 'request')?.fields['upstream'],
      );
    };
    const followed = (stage: string): Promise<unknown> =>
      waitFor(stage, () => proxy.routes().routes.find(({ id }) => id === 'list-events')?.stage === stage);

    expect(await block('parity')).toMatchObject({ code: 0, stdout: containing('equal, in') });
    expect(await block('shadow')).toMatchObject({
      code: 0,
      stdout: containing('promoted list-events: legacy -> shadow'),
    });
    await followed('shadow');
    let canary = await block('canary');
    // Copies that found no place are no evidence.
    for (let i = 0; i < 5 && canary.code === 3; i++) {
      await ask(400);
      canary = await block('canary');
    }
    expect(canary.stdout).toContain('promoted list-events: shadow -> canary 5 %');
    expect(await block('lambda')).toMatchObject({
      code: 0,
      stdout: containing('promoted list-events: canary 25 % -> lambda'),
    });
    await followed('lambda');
    expect(await side()).toBe('lambda');

    expect(await block('rollback')).toMatchObject({ code: 0, stdout: containing('1 of 1 proxy follows') });
    expect(await side()).toBe('legacy');
    expect((await block('status')).code).toBe(1);
    expect(await block('kill-switch')).toMatchObject({ code: 0 });
    // Its first command says by 1 that a route is rolled back.
    expect(await block('morning', '-uc')).toMatchObject({ code: 0 });
    expect(await side()).toBe('lambda');
    expect(await block('write')).toMatchObject({
      code: 0,
      stdout: containing('promoted create-event: legacy -> canary 5 %'),
    });
    expect(await block('retired')).toMatchObject({ code: 0 });
    expect([...left]).toEqual([]);
  });
});
