import path from 'node:path';
import { run } from '../../../../proxy/cli/program';
import { sign } from '../../../../shared/session/unsign';
import { SECRETS, sessionOf, startSessionDatabase, USER, type SessionDatabase } from './session-database';

const PROJECT = ['--config', path.join(__dirname, '../../../support/project/banyan.config.ts')];
const ID = 'session-id-that-nobody-may-see';
const TOKEN = `s:${sign(ID, SECRETS[0])}`;

let database: SessionDatabase;
let env: Record<string, string>;
beforeAll(async () => {
  database = await startSessionDatabase();
  await database.save(ID, sessionOf(USER));
  env = { MONGODB_URI: database.uri, SESSION_SECRET: JSON.stringify(SECRETS) };
});
afterAll(() => database.close());

async function banyan(argv: readonly string[], environment: Record<string, string> = env) {
  let out = '';
  let err = '';
  const exitCode = await run(argv, {
    env: environment,
    readInput: () => Promise.resolve(`${TOKEN}\n`),
    write: (text) => (out += text),
    writeError: (text) => (err += text),
    now: () => new Date(),
  });
  for (const secret of [...SECRETS, ID, TOKEN]) expect(out + err).not.toContain(secret);
  return { exitCode, out, err };
}

describe('banyan', () => {
  it('inspects a token from standard input', async () => {
    const { exitCode, out, err } = await banyan(['session', 'inspect', '-', ...PROJECT]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).toMatch(/\naccepted\n$/);
  });

  it('inspects a token from the command line, as JSON', async () => {
    const { exitCode, out } = await banyan(['session', 'inspect', '--json', TOKEN, ...PROJECT]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ accepted: true, verdict: 'accepted', identity: { userId: 'u-17' } });
  });

  it('ends with 1 for a token that is refused', async () => {
    expect(await banyan(['session', 'inspect', `${TOKEN.slice(0, -1)}A`, ...PROJECT])).toMatchObject({
      exitCode: 1,
      err: '',
    });
  });

  it('examines the deployment', async () => {
    const { exitCode, out } = await banyan(['session', 'doctor', '--sample', '5', '--json', ...PROJECT]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ faults: 0, warnings: 0 });
  });

  it('checks the project', async () => {
    const { exitCode, out } = await banyan(['check', '--json', ...PROJECT], {});
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ faults: 0, warnings: 0 });
  });

  it.each<[string, string[]]>([
    ['no command', []],
    ['an unknown command', ['sesion']],
    ['an unknown option', ['check', '--jsn']],
    ['no token', ['session', 'inspect']],
    ['a sample of nothing', ['session', 'doctor', '--sample', '0']],
    ['a configuration that is not there', ['session', 'doctor', '--config', 'nowhere.ts']],
  ])('ends with 2 for %s', async (_case, argv) => {
    const { exitCode, out, err } = await banyan(argv);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toMatch(/\S/);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it('names every missing variable', async () => {
    const { exitCode, out, err } = await banyan(['session', 'doctor', '--json', ...PROJECT], {
      SESSION_SECRET: '["x",""]',
    });
    expect(exitCode).toBe(2);
    expect(err).toBe(
      'banyan: MONGODB_URI is missing; set it, for example MONGODB_URI=mongodb://127.0.0.1:27017/shop\nbanyan: SESSION_SECRET holds 1 empty secrets\n',
    );
    expect(JSON.parse(out)).toMatchObject({
      error: {
        code: 'config_invalid',
        messages: [/MONGODB/, /SESSION/].map((x) => expect.stringMatching(x) as unknown),
      },
    });
  });

  it.each<[string, string, RegExp]>([
    ['no URI', 'eventsapp:hunter2@somewhere', /MONGODB_URI is not a connection string; expected mongodb:/],
    [
      'a database that is away',
      'mongodb://user:hunter2@127.0.0.1:1/?serverSelectionTimeoutMS=1500',
      /cannot be reached \(.*127\.0\.0\.1:1\)/,
    ],
  ])('ends with 2 for %s, without the password', async (_case, uri, message) => {
    const { exitCode, err } = await banyan(['session', 'doctor', ...PROJECT], { ...env, MONGODB_URI: uri });
    expect(exitCode).toBe(2);
    expect(err).toMatch(message);
    expect(err).not.toContain('hunter2');
  });

  it.each([['--help'], ['session', '--help'], ['session', 'inspect', '--help'], ['check', '--help']])(
    'documents the exit codes: %s %s %s',
    async (...argv) => {
      const { exitCode, out } = await banyan(argv);
      expect(exitCode).toBe(0);
      expect(out).toMatch(/Exit codes:\n {2}0 {2}success\n {2}1 {2}findings.*\n {2}2 {2}usage error/);
    },
  );
});
