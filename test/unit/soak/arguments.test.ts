import { helpText, readArguments } from '../../soak/arguments';
import type { Check } from '../../soak/check';

const check = (name: string): Check => ({ name, title: `title of ${name}`, run: () => Promise.resolve('') });
const all = [check('reload'), check('guard-errors'), check('guard-refusals')];
const names = (given: readonly string[]): string[] => readArguments(given, {}, all).checks.map(({ name }) => name);

describe('arguments of npm run soak', () => {
  it('choose checks by the beginning of their names, in their own order; none means all', () => {
    expect(names([])).toEqual(['reload', 'guard-errors', 'guard-refusals']);
    expect(names(['guard', 'reload'])).toEqual(['reload', 'guard-errors', 'guard-refusals']);
    expect(names(['guard-e'])).toEqual(['guard-errors']);
  });

  it('are refused when they name no check or option, or a variable is none', () => {
    expect(() => names(['memory'])).toThrow(/no check memory; there are reload, /);
    expect(() => names(['--fast'])).toThrow(/--fast/);
    for (const env of [{ SOAK_SCALE: '0' }, { SOAK_SCALE: '2' }, { SOAK_SECONDS: 'x' }])
      expect(() => readArguments([], env, all)).toThrow(/SOAK_/);
  });

  it('have a help that lists every check', () => {
    expect(readArguments(['--help'], {}, all).wanted).toBe('help');
    for (const { name, title } of all) expect(helpText(all)).toMatch(new RegExp(`${name} +${title}`));
  });
});
