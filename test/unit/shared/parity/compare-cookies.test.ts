import { compareCookies, type CookieOptions } from '../../../../shared/parity/compare-cookies';
import { Unifier } from '../../../../shared/parity/unify';

const reported = (control: string[], candidate: string[], options?: CookieOptions): string[] =>
  compareCookies(control, candidate, options).map(
    ({ path, kind, control: a, candidate: b }) => `${path} ${kind}: ${a ?? '-'} | ${b ?? '-'}`,
  );

describe('cookies', () => {
  it('are the same in other cases, orders and spaces', () => {
    expect(reported(['a=1; Path=/; HttpOnly'], ['a= 1 ;httponly ; PATH = /'])).toEqual([]);
    expect(reported(['flag '], ['flag'])).toEqual([]);
  });

  it('differ by value, which is not shown', () => {
    expect(reported(['a=1'], ['a=2'])).toEqual(['cookie a value: (one value) | (another value)']);
    expect(reported(['flag'], ['other'])).toEqual(['cookie  value: (one value) | (another value)']);
    expect(reported(['=x'], ['=y'])).toEqual(['cookie  value: (one value) | (another value)']);
  });

  it('differ by attribute', () => {
    expect(reported(['a=1; Path=/'], ['a=1; Path=/x'])).toEqual(['cookie a; path value: / | /x']);
    expect(reported(['a=1; Secure'], ['a=1'])).toEqual(['cookie a; secure missing:  | -']);
    expect(reported(['a=1'], ['a=1; Secure'])).toEqual(['cookie a; secure unexpected: - | ']);
  });

  it('come in an order, and as many', () => {
    expect(reported(['a=1', 'b=1'], ['b=1', 'a=1'])).toEqual(['header set-cookie value: a, b | b, a']);
    expect(reported(['a=1', 'b=1'], ['a=1'])).toEqual(['header set-cookie missing: a, b | a']);
    expect(reported(['a=1'], ['a=1', 'b=1'])).toEqual(['header set-cookie unexpected: a | a, b']);
    expect(reported(['ab=1'], ['a=1', 'b=1'])).toHaveLength(1);
  });

  it('may hold what each side made up; only Expires may be at a distance from it', () => {
    const noon = Date.UTC(2026, 10, 23, 12);
    const at = (from: number) => ({ from, to: from });
    const options = () => ({
      unifier: new Unifier({ moments: { control: at(noon), candidate: at(noon + 30_000) }, mayBeOffset: false }),
    });
    const id = (n: number, seconds: number) => `${(noon / 1_000 + seconds).toString(16)}${String(n).padStart(16, '0')}`;
    const [first, second] = [id(1, 0), id(2, 30)];
    const tomorrow = (ms: number) => new Date(ms + 86_400_000).toUTCString();
    const [control, candidate] = [tomorrow(noon), tomorrow(noon + 30_000)];
    expect(reported([`a=${first}`], [`a=${second}`])).toHaveLength(1);
    expect(reported([`a=${first}`], [`a=${second}`], options())).toEqual([]);
    expect(reported([`a=1; Expires=${control}`], [`a=1; Expires=${candidate}`], options())).toEqual([]);
    expect(reported([`a=1; Until=${control}`], [`a=1; Until=${candidate}`], options())).toHaveLength(1);
  });

  it('may hold a session that each side has made, whatever the method, but none that was there before', () => {
    const session = (letter: string) => `s%3A${letter.repeat(32)}.${letter.repeat(43)}`;
    const options = (known: string) => ({ unifier: new Unifier({ isKnown: (value) => value === session(known) }) });
    const [a = '', b = '', c = ''] = ['a', 'b', 'c'].map((letter) => `sid=${session(letter)}; Path=/`);
    expect(reported([a], [b], options('d'))).toEqual([]);
    for (const known of ['a', 'b']) expect(reported([a], [b], options(known))).toHaveLength(1);
    expect(reported([a, a], [b, c], options('d'))).toHaveLength(1);
    expect(reported([a], [`x${b}`], options('d'))).toHaveLength(1);
    expect(reported([a], ['sid=s%3Abbb.bbb; Path=/'], options('d'))).toHaveLength(1);
  });

  it('may be masked by a rule', () => {
    const asked: string[][] = [];
    const isSameMasked = (...given: [string, string, string]) => asked.push(given) > 0;
    expect(reported(['a=1; Path=/x'], ['a=2; Path=/y'], { isSameMasked })).toEqual([]);
    expect(asked).toEqual([
      ['cookie a', '1', '2'],
      ['cookie a; path', '/x', '/y'],
    ]);
    expect(reported(['a=1'], ['a=2'], { isSameMasked: () => false })).toHaveLength(1);
  });
});
