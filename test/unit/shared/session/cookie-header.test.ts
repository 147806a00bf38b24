import fc from 'fast-check';
import { readCookie } from '../../../../shared/session/cookie-header';
import { cookie } from './oracle';

describe('readCookie', () => {
  it.each([
    ['plain', 'sid=a', 'a'],
    ['first pair of the name wins', 'sid=a; sid=b', 'a'],
    ['an empty first pair wins too', 'sid=; sid=b', ''],
    ['names are case-sensitive', 'SID=a; Sid=b', undefined],
    ['space and tab around name and value', ' \tsid \t= \ta \t; x=1', 'a'],
    ['other white space is kept', 'sid=\u00a0a\f', '\u00a0a\f'],
    ['one pair of quotes is removed', 'sid="a"', 'a'],
    ['only one pair', 'sid=""a""', '"a"'],
    ['half-quoted is kept', 'sid="a', '"a'],
    ['half-quoted at the end is kept', 'sid=a"', 'a"'],
    ['a lone quote becomes nothing', 'sid="', ''],
    ['padding inside quotes stays', 'sid=" a "', ' a '],
    ['percent-decoded', 'sid=s%3Aa%2Eb', 's:a.b'],
    ['decoded once', 'sid=s%253Aa', 's%3Aa'],
    ['a stray percent keeps all of the value raw', 'sid=%73%', '%73%'],
    ['bad UTF-8 keeps all of the value raw', 'sid=%E0%A4%A', '%E0%A4%A'],
    ['value with equals signs', 'sid=a=b==', 'a=b=='],
    ['commas do not separate', 'x=1, sid=a', undefined],
    ['parts without equals sign are skipped', 'x; y ;sid=a', 'a'],
    ['a name behind parts without equals sign', 'sid;sid=a', 'a'],
    ['no equals sign at all', 'sid', undefined],
    ['too short to hold a cookie', '=', undefined],
    ['empty', '', undefined],
    ['prototype names are only names', '__proto__=x; constructor=y; sid=a', 'a'],
  ])('%s: %j', (_case, header, expected) => {
    expect(readCookie(header, 'sid')).toBe(expected);
    expect(cookie.parse(header)['sid']).toBe(expected);
  });

  it('agrees with cookie 0.7 on any header', () => {
    const piece = fc.oneof(
      fc.constantFrom('sid', 'SID', '=', ';', '; ', ' ', '\t', '"', '%', '%3A', '%E0', ',', 's:a.b'),
      fc.string({ unit: 'binary', maxLength: 6 }),
    );
    const header = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(header, (text) => {
        expect(readCookie(text, 'sid')).toBe(cookie.parse(text)['sid']);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([';', '=', ' ', '%', '"', 'a='])('reads 1 MB of %j in linear time', (character) => {
    const started = process.cpuUsage().user;
    readCookie(character.repeat(1_000_000), 'sid');
    expect(process.cpuUsage().user - started).toBeLessThan(2_000_000);
  });

  it('reads 100,000 names in linear time', () => {
    const header = Array.from({ length: 100_000 }, (_, index) => `n${index}=v`).join('; ');
    expect(readCookie(`${header}; sid=a`, 'sid')).toBe('a');
  });
});
