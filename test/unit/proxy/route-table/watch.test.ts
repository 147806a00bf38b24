import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { watchRouteTable, type WatchedRouteTable } from '../../../../proxy/route-table/watch';
import { capturedLogger, type CapturedLogger } from '../../../support/captured-logger';
import { waitFor } from '../../../support/wait-for';

const table = (stage: string): string => `routes:\n  - {id: a, match: GET /a, stage: ${stage}}\n`;

describe('watched route table', () => {
  let folder: string;
  let file: string;
  let logger: CapturedLogger;
  let watched: WatchedRouteTable;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-watch-'));
    file = path.join(folder, 'routes.yml');
    logger = capturedLogger();
    await writeFile(file, table('legacy'));
    watched = await watchRouteTable({ file, lambdaAvailable: true }, logger);
  });

  afterEach(async () => {
    await watched.close();
    await rm(folder, { recursive: true });
  });

  const stage = (): string | undefined => watched.current().routes[0]?.stage;

  it('follows a saved file within a second and says what changed', async () => {
    const begun = performance.now();
    await writeFile(file, table('lambda'));
    await waitFor('the new table', () => stage() === 'lambda', 1_000);
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(logger.lines).toContainEqual({
      level: 'info',
      message: 'route table reloaded',
      fields: { file, changed: ['a: legacy -> lambda'] },
    });
  });

  it('follows a file that is replaced by another, as editors do', async () => {
    for (const next of ['lambda', 'legacy', 'lambda']) {
      await writeFile(`${file}.new`, table(next));
      await rename(`${file}.new`, file);
      await waitFor(next, () => stage() === next, 1_000);
    }
  });

  it('follows links above the file, as Kubernetes and deploys swap them, and a folder that is replaced', async () => {
    for (const [release, text] of [
      ['1', table('legacy')],
      ['2', table('lambda')],
    ] as const) {
      await mkdir(path.join(folder, release));
      await writeFile(path.join(folder, release, 'routes.yml'), text);
    }
    const current = path.join(folder, 'current');
    await symlink('1', current);
    await watched.close();
    watched = await watchRouteTable({ file: path.join(current, 'routes.yml'), lambdaAvailable: true }, logger);
    await symlink('2', `${current}.new`);
    await rename(`${current}.new`, current);
    await waitFor('the second release', () => stage() === 'lambda', 1_000);
    await rename(path.join(folder, '2'), path.join(folder, 'old'));
    await rename(path.join(folder, '1'), path.join(folder, '2'));
    await waitFor('the folder in its place', () => stage() === 'legacy', 1_000);
    expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('refuses a bad file, says why, keeps the last good table and takes the next good one', async () => {
    await writeFile(file, table('lamda'));
    const refusal = await waitFor('the refusal', () => logger.lines.find(({ level }) => level === 'error'));
    expect(String(refusal.fields['faults'])).toMatch(/routes.yml:2:\d+ routes\[0\]\.stage: found "lamda"/);
    expect(stage()).toBe('legacy');
    await writeFile(file, table('lambda'));
    await waitFor('the good table', () => stage() === 'lambda');
  });

  const messages = (): string[] => logger.lines.map(({ message }) => message);

  it('says that nothing changed to whoever waits for a word: after a refusal, and when asked', async () => {
    await writeFile(file, table('lamda'));
    await waitFor('the refusal', () => logger.lines.some(({ level }) => level === 'error'));
    await writeFile(file, table('legacy'));
    await waitFor('the word', () => messages().includes('route table reloaded, nothing changed'));
    logger.lines.length = 0;
    await watched.reload();
    expect(messages()).toEqual(['route table reloaded, nothing changed']);
  });

  it('says nothing of a file that is saved unchanged', async () => {
    await writeFile(file, `# a comment\n${table('legacy')}`);
    await waitFor('the new table', () => watched.current().routes[0]?.line === 3);
    expect(messages()).toEqual([]);
  });

  it.each([
    [
      'users assigned by hand',
      `cohorts: {lambda: [u1]}\n${table('legacy')}`,
      'cohorts: changed, 1 users assigned by hand',
    ],
    ['which answers legacy replaces', table('legacy, fallback: {statuses: [502]}'), 'a: changed'],
    ['what a whole file sets', `maxBodyBytes: 5\n${table('legacy')}`, 'a: changed'],
    ['the share of a canary', table('canary, percent: 10'), 'a: legacy -> canary 10 %'],
  ])('says that %s changed', async (_what, text, change) => {
    await writeFile(file, text);
    await waitFor('the word', () => messages().length === 1);
    expect(logger.lines[0]).toMatchObject({ message: 'route table reloaded', fields: { changed: [change] } });
    logger.lines.length = 0;
    await writeFile(
      file,
      text
        .replace('percent: 10', 'percent: 25')
        .replace('[502]', '[502, 503]')
        .replace('u1', 'u2')
        .replace('Bytes: 5', 'Bytes: 6'),
    );
    await waitFor('another word', () => messages().length === 1);
    expect(logger.lines[0]).toMatchObject({
      message: 'route table reloaded',
      fields: { changed: [change.replace('legacy -> canary 10 %', 'canary 10 % -> canary 25 %')] },
    });
  });

  it('takes a good table although a listener fails, and does not call it refused', async () => {
    const reported: string[] = [];
    watched.onChange(() => {
      throw new Error('cannot follow');
    });
    watched.onChange((next) => reported.push(next.routes[0]?.stage ?? ''));
    await writeFile(file, table('lambda'));
    await waitFor('the second listener', () => reported.length === 1);
    expect(reported).toEqual(['lambda']);
    expect(messages()).toEqual([
      'route table reloaded',
      'route table reloaded, but part of the proxy could not apply it',
    ]);
  });

  it('sends everything to legacy while there is no file that nothing named, and takes it once it is there', async () => {
    await watched.close();
    const later = path.join(folder, 'later.yml');
    await expect(watchRouteTable({ file: later, lambdaAvailable: true }, logger)).rejects.toThrow(
      'later.yml cannot be read',
    );
    watched = await watchRouteTable({ file: later, isOptional: true, lambdaAvailable: true }, logger);
    expect(watched.current().routes).toEqual([]);
    expect(messages()).toEqual(['no route table: everything goes to legacy; the file is loaded when it appears']);
    await writeFile(later, table('lambda'));
    await waitFor('the table', () => stage() === 'lambda');
    expect(messages().slice(1)).toEqual(['route table reloaded']);
    await rm(later);
    await waitFor('the word', () => messages().length === 3);
    expect(stage()).toBe('lambda');
    expect(messages()[2]).toBe('route table cannot be read; keeping the last good one');
  });

  it('refuses a bad file also where it need not exist', async () => {
    await watched.close();
    await writeFile(file, table('lamda'));
    await expect(watchRouteTable({ file, isOptional: true, lambdaAvailable: true }, logger)).rejects.toThrow('lamda');
    await writeFile(file, table('legacy'));
    watched = await watchRouteTable({ file, lambdaAvailable: true }, logger);
  });

  it('calls another order a change, because first listed wins', async () => {
    const [a, b] = ['  - {id: a, match: GET /:x, stage: legacy}', '  - {id: b, match: GET /b, stage: legacy}'];
    await writeFile(file, ['routes:', b, a, ''].join('\n'));
    await waitFor('two routes', () => watched.current().routes.length === 2);
    logger.lines.length = 0;
    await writeFile(file, ['routes:', a, b, ''].join('\n'));
    await waitFor('the change', () => messages().length === 2);
    expect(logger.lines[0]).toEqual({
      level: 'info',
      message: 'route table reloaded',
      fields: { file, changed: ['order changed; first listed wins'] },
    });
    expect(logger.lines[1]).toEqual({
      level: 'warn',
      message: 'route table has routes that are never reached',
      fields: {
        file,
        faults: [
          `${file}:3 route "b" (GET /b) is never reached: "a" (/:x) in line 2 matches its requests first; list "b" above it`,
        ],
      },
    });
  });

  it('keeps the last good table when the file is deleted, and takes the file that comes back', async () => {
    await rm(file);
    await waitFor('the refusal', () => logger.lines.some(({ level }) => level === 'error'));
    expect(stage()).toBe('legacy');
    await writeFile(file, table('lambda'));
    await waitFor('the good table', () => stage() === 'lambda');
  });

  it('is fatal when the file is bad at the start', async () => {
    await writeFile(file, 'routes: 5');
    await expect(watchRouteTable({ file, lambdaAvailable: true }, logger)).rejects.toThrow(/found 5; /);
  });
});
