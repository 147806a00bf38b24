import { headerValue, pairs, withoutHeaders } from '../../../../proxy/http1/raw-headers';

describe('raw headers', () => {
  const HEADERS = ['X-A', '1', 'b', 'X-A', 'x-a', '2', 'Empty', ''];

  it.each([
    ['x-a', '1'],
    ['b', 'X-A'],
    ['empty', ''],
    // Values are no names, nor is the end of one.
    ['1', undefined],
    ['', undefined],
    ['a', undefined],
    ['x-b', undefined],
    // Names are asked for in lower case.
    ['X-A', undefined],
  ])('%j has the first value %j', (name, value) => expect(headerValue(HEADERS, name)).toBe(value));

  it('has no value of a name without one', () => {
    expect(headerValue(['a', '1', 'b'], 'b')).toBeUndefined();
    expect(headerValue([], 'b')).toBeUndefined();
  });

  it('lists what remains without some names, in order and as it was', () => {
    expect(withoutHeaders(HEADERS, new Set(['x-a']))).toEqual(['b', 'X-A', 'Empty', '']);
    expect(withoutHeaders(HEADERS, new Set(['1', '2', 'X-A']))).toEqual(HEADERS);
    expect(withoutHeaders(HEADERS, new Set(['b', 'empty']))).toEqual(['X-A', '1', 'x-a', '2']);
  });

  it('lists pairs, and leaves out a name without a value', () => {
    expect(pairs([...HEADERS, 'odd'])).toEqual([
      ['X-A', '1'],
      ['b', 'X-A'],
      ['x-a', '2'],
      ['Empty', ''],
    ]);
    expect(pairs([])).toEqual([]);
  });
});
