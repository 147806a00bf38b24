import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runBanyan } from '../../support/run-banyan';
import { parseHar } from '../../../shared/recording/har/parse-har';
import { usersOf } from '../../../shared/recording/har/har';
import type { ParityRun } from '../../../shared/parity/result';

const RECORDING = path.join(__dirname, 'recorded/browser-session.har');

async function banyan(...argv: readonly string[]): Promise<{ exitCode: number; output: string; errors: string }> {
  const { exitCode, out: output, err: errors } = await runBanyan(argv, { PATH: process.env['PATH'] });
  return { exitCode, output, errors };
}

describe('a browser session recorded against the monolith', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-replay-'));
    jest.spyOn(console, 'error').mockImplementation();
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await rm(folder, { recursive: true, force: true });
  });

  it('holds no token and no password, and says whose sessions they are', async () => {
    const text = await readFile(RECORDING, 'utf8');
    expect(text).not.toMatch(/s(:|%3A)[\w-]{20,}\./i);
    expect(text).not.toContain('correct horse');
    const { har, repaired } = parseHar(text, 'browser-session.har');
    expect(repaired).toBe(false);
    expect([...usersOf(har)]).toEqual([
      ['session-1', { login: { email: 'organiser@example.com' } }],
      ['session-2', { login: { email: 'member@example.com' } }],
    ]);
  });

  it('replays against both sides, writes included, and no client can tell', async () => {
    const { exitCode, output } = await banyan('parity', 'run', '--har', RECORDING, '--isolated', '--json');
    const result = JSON.parse(output) as ParityRun;
    const notEqual = result.routes.flatMap(({ cases }) => cases.filter(({ verdict }) => verdict !== 'equal'));
    expect(notEqual.map(({ name, differences, reason }) => ({ name, differences, reason }))).toEqual([]);
    expect(result.totals).toMatchObject({ cases: 38, equal: 38 });
    const identities = new Set(result.routes.flatMap(({ cases }) => cases.map(({ identity }) => identity)));
    expect([...identities].sort()).toEqual(['anonymous', 'bad token', 'member', 'organiser']);
    // Only logins are left out, because they are done before.
    expect(result.notRun.map(({ reason }) => reason.replace(/ as \w+/, ''))).toEqual(
      Array.from({ length: 3 }, () => 'a login: done before the replay'),
    );
    expect(exitCode).toBe(0);
  }, 180_000);

  it.each([
    ['is not there', undefined, /cannot be read|does not exist|ENOENT/],
    ['is no JSON', 'oops', /broken\.har is not valid JSON.*; expected a HAR file/],
    [
      'has an entry without a method',
      '{"log":{"version":"1.2","entries":[{"startedDateTime":"2026-11-02T10:00:00Z","request":{"url":"http://h/a","headers":[]},"response":{"status":200,"headers":[],"content":{}}}]}}',
      /broken\.har log\.entries\[0\] request\.method: found nothing; expected/,
    ],
  ])('a recording that %s: one clear message, exit code 2', async (_what, content, message) => {
    const file = path.join(folder, 'broken.har');
    if (content !== undefined) await writeFile(file, content);
    const { exitCode, errors, output } = await banyan('parity', 'run', '--har', file);
    expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
    expect(errors).toMatch(message);
    expect(errors.trim().split('\n')).toHaveLength(1);
  });
});
