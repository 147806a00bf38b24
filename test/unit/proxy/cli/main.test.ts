import { spawn } from 'node:child_process';
import path from 'node:path';
import { sign } from '../../../../shared/session/unsign';
import { SECRETS, sessionOf, startSessionDatabase, USER } from './session-database';

const ROOT = path.join(__dirname, '../../../..');
const PROJECT = path.join(ROOT, 'test/support/project');
const COMMAND = ['--import', 'tsx', path.join(ROOT, 'proxy/cli/main.ts')];

/** The command as a user runs it: a process of its own, in the project. */
function banyan(argv: readonly string[], env: Record<string, string> = {}, input = '') {
  const child = spawn(process.execPath, [...COMMAND, ...argv], {
    cwd: PROJECT,
    env: { PATH: process.env['PATH'], ...env },
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stdin.end(input);
  return new Promise<{ exitCode: number | null; out: string }>((resolve) => {
    child.on('close', (exitCode) => resolve({ exitCode, out }));
  });
}

it('helps, checks, and refuses wrong usage', async () => {
  const [help, check, wrong] = await Promise.all([banyan(['--help']), banyan(['check']), banyan(['chek'])]);
  expect(help.exitCode).toBe(0);
  expect(help.out).toContain('Exit codes:');
  expect(check.out).toMatch(/\n0 faults, 0 warnings\n$/);
  expect(check.exitCode).toBe(0);
  expect(wrong.exitCode).toBe(2);
  expect(wrong.out).toContain("unknown command 'chek'");
});

it('ends quietly when nobody reads on, as before `| head`', async () => {
  const child = spawn(process.execPath, [...COMMAND, '--help'], {
    cwd: PROJECT,
    env: { PATH: process.env['PATH'] },
  });
  child.stdout.destroy();
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const exitCode = await new Promise((resolve) => child.on('close', resolve));
  expect({ exitCode, said }).toEqual({ exitCode: 0, said: '' });
});

it('inspects a session of the real store', async () => {
  const database = await startSessionDatabase();
  try {
    await database.save('an-id', sessionOf(USER));
    const env = { MONGODB_URI: database.uri, SESSION_SECRET: JSON.stringify(SECRETS) };
    const token = `s:${sign('an-id', SECRETS[1])}`;
    const [good, bad] = await Promise.all([
      banyan(['session', 'inspect', '-'], env, `${token}\n`),
      banyan(['session', 'inspect', token.slice(0, 20)], env),
    ]);
    expect(good.out).toMatch(/signed with secret 2 of 2[^]*\naccepted\n$/);
    expect(good.exitCode).toBe(0);
    expect(bad.exitCode).toBe(1);
  } finally {
    await database.close();
  }
});
