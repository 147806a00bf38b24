import path from 'node:path';
import { runBanyan } from '../../../support/run-banyan';
import { readMark } from '../../../../shared/signed-mark';

const CONFIG = path.join(__dirname, '../../../support/project/banyan.config.ts');
const NOW = new Date('2026-11-23T12:00:00Z');
const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);

const banyan = (argv: readonly string[], env: Record<string, string> = { SESSION_SECRET: 'a secret' }) =>
  runBanyan(['force', ...argv, '--config', CONFIG], env, NOW);

describe('banyan force', () => {
  it('prints a header that the proxy believes for as long as was asked', async () => {
    const { exitCode, out } = await banyan(['lambda', '--minutes', '5']);
    expect(exitCode).toBe(0);
    const mark = /^x-banyan-force: (\S+)\n$/.exec(out)?.[1];
    expect(readMark('force', mark, ['a secret'], later(4))).toBe('lambda');
    expect(readMark('force', mark, ['a secret'], later(5))).toBeUndefined();
  });

  it.each([
    [['both'], /Allowed choices are legacy, lambda/],
    [['lambda', '--minutes', '0'], /from 1 to 1440/],
    [['lambda', '--minutes', 'x'], /from 1 to 1440/],
  ])('refuses %j', async (argv, message) => {
    const { exitCode, err } = await banyan(argv);
    expect(exitCode).toBe(2);
    expect(err).toMatch(message);
  });

  it('needs the session secret, and does not print it', async () => {
    const { exitCode, err } = await banyan(['legacy'], {});
    expect(exitCode).toBe(2);
    expect(err).toMatch(/SESSION_SECRET is missing/);
    expect((await banyan(['legacy'])).out).not.toContain('a secret');
  });
});
