import { parseJsonPath, replaceAt } from '../../../shared/json-path';

describe('JSON paths', () => {
  it.each([
    ['$.a.b', { a: { b: 'X' }, b: 1 }],
    ['$..b', { a: { b: 'X' }, b: 'X' }],
    ['$.a.*', { a: { b: 'X' }, b: 1 }],
    ["$['a']['b']", { a: { b: 'X' }, b: 1 }],
    ['$.c.d', { a: { b: 2 }, b: 1 }],
  ])('%s', (text, expected) => {
    const value = { a: { b: 2 }, b: 1 };
    replaceAt(value, parseJsonPath(text) ?? [], () => 'X');
    expect(value).toEqual(expected);
  });

  it('goes through lists', () => {
    const value = { list: [{ a: 1 }, { a: 2 }], x: [[{ a: 3 }]] };
    replaceAt(value, parseJsonPath('$.list[1].a') ?? [], () => 'X');
    replaceAt(value, parseJsonPath('$..x[*][0].a') ?? [], () => 'Y');
    expect(value).toEqual({ list: [{ a: 1 }, { a: 'X' }], x: [[{ a: 'Y' }]] });
  });

  it.each(['', '$', 'a.b', '$.', '$.a[', "$['a", '$.a b', '$[?(@.a)]'])('%j is no path', (text) => {
    expect(parseJsonPath(text)).toBeUndefined();
  });
});
