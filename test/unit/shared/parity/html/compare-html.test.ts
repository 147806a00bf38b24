import fc from 'fast-check';
import * as parse5 from 'parse5';
import { compareExchange } from '../../../../../shared/parity/compare';
import { describeDifference, type ObservedResponse } from '../../../../../shared/parity/exchange';
import { compareHtmlSteps } from '../../../../../shared/parity/html/compare-html';
import { occurs, placesOf, type Rule } from '../../../../../shared/parity/rules';
import { runSteps } from '../../../../../shared/parity/steps';

const page = (body: string): ObservedResponse => ({
  statusCode: 200,
  headers: [['Content-Type', 'text/html; charset=utf-8']],
  body: Buffer.from(body),
});
const rule = (path: string, kind: Rule['kind'], pattern?: string): Rule => ({
  ...{ route: '*', path, kind, reason: 'a reason that explains', owner: 'tests', expires: '2099-01-01', place: 'r:1' },
  ...(pattern !== undefined && { pattern }),
});
const reported = (a: string, b: string, ...rules: Rule[]): string[] =>
  compareExchange(page(a), page(b), { rules }).differences.map(describeDifference);
const paths = (a: string, b: string, ...rules: Rule[]): string[] =>
  compareExchange(page(a), page(b), { rules }).differences.map(({ path, kind }) => `${path}: ${kind}`);

const TOKENS = ['cDeJrKH9-3Ziv4bZx3UtIN6frhcnoCi_xDGD', 'kkv5a9ba-wTv3pgxGCjQ7kf5IbtFFEQ1jh7V'] as const;
const form = (token: string, more = ''): string =>
  `<form action="/a"><input name="_csrf" value="${token}">${more}</form><form action="/b"><input name="_csrf" value="${token}"></form>`;

describe('differences of pages', () => {
  it.each<[string, string, string, string[]]>([
    ['a text', '<nav><a>1</a><a>2</a></nav>', '<nav><a>1</a><a>3 x</a></nav>', ['body nav a[2] text: value']],
    [
      'an attribute',
      '<form><input name=q value="a"></form>',
      '<form><input name=q value="b c"></form>',
      ['body form input[name=q] @value: value'],
    ],
    ['an attribute that is not there', '<p hidden>a</p>', '<p>a</p>', ['body p @hidden: missing']],
    ['an attribute too many', '<p>a</p>', '<p hidden>a</p>', ['body p @hidden: unexpected']],
    [
      'an element less',
      '<ul><li>a</li><li>b</li><li>c</li></ul>',
      '<ul><li>a</li><li>c</li></ul>',
      ['body li[2]: missing'],
    ],
    [
      'an element more in front',
      '<ul><li>b</li><li>c</li></ul>',
      '<ul><li>a</li><li>b</li><li>c</li></ul>',
      ['body li: unexpected'],
    ],
    ['another element', '<h1>a</h1>', '<h2>a</h2>', ['body h1: missing', 'body h2: unexpected']],
    ['a comment', '<p>a</p><!--one two-->', '<p>a</p><!--three-->', ['body body comment: value']],
    ['no doctype', '<!doctype html><p>a', '<p>a', ['body doctype: missing']],
    [
      'an older doctype',
      '<!doctype html><p>a',
      '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN"><p>a',
      ['body doctype: value'],
    ],
    [
      'what is in a template',
      '<template><b>a b</b></template>',
      '<template><b>c</b></template>',
      ['body head template b text: value'],
    ],
    ['an entity that is another letter', '<p>&lt;</p>', '<p>&gt;</p>', ['body p text: value']],
    [
      'text that became markup',
      '<p>&lt;b>x&lt;/b></p>',
      '<p><b>x</b></p>',
      ['body p text: missing', 'body b: unexpected'],
    ],
    ['an id', '<p id=a>1</p><p id=b>2</p>', '<p id=a>1</p><p id=c>2</p>', ['body p @id: value']],
    ['words in a script', '<script>go(1)</script>', '<script>go(2)</script>', ['body head script text: value']],
  ])('%s', (_name, a, b, expected) => {
    expect(paths(a, b)).toEqual(expected);
  });

  it('are told with what stands there', () => {
    expect(reported('<nav><a href="/x">Log out</a></nav>', '<nav></nav>')).toEqual([
      'body nav a: legacy has <a href="/x">Log out, the candidate nothing',
    ]);
  });

  it('in inline JSON have the path of JSON, in a script that is data, one that assigns, and an attribute', () => {
    const state = (name: string, n: number): string =>
      `<script id="s" type="application/json">{"user":{"name":"${name}"}}</script><script>window.a = [${n}, 2];</script><div data-x='{"n":[${n}]}'></div>`;
    expect(paths(state('Ada', 1), state('Ben B', 10))).toEqual([
      'body head script#s $.user.name: value',
      'body head script $[0]: value',
      'body div @data-x $.n[0]: value',
    ]);
    expect(paths('<script>a = {"b":1,"c":2}</script>', '<script>a = {"c":2,"b":1}</script>')).toEqual([]);
  });

  it('that only white space makes are named so, except where it is content', () => {
    expect(paths('<p>a  b</p>', '<p>a b</p>')).toEqual(['body p whitespace: value']);
    expect(paths('<ul> <li>a</li></ul>', '<ul><li>a</li></ul>')).toEqual(['body ul whitespace: value']);
    expect(paths('<p>a  b</p> <p>c</p>', '<p>a b</p><p>c</p>', rule('body whitespace', 'ignore'))).toEqual([]);
    expect(paths('<pre>a  b</pre>', '<pre>a b</pre>')).toEqual(['body pre text: value']);
    expect(paths('<p>a b</p>', '<p>ab</p>')).toEqual(['body p text: value']);
  });

  it.each([
    ['order of attributes', '<p id="a" class="b">x</p>', '<p class="b" id="a">x</p>'],
    ['quotes', '<p id="a">x</p>', "<p id='a'>x</p>"],
    ['entities', '<p>&copy; &amp;</p>', '<p>© &#38;</p>'],
    ['case of tags', '<P>x</P>', '<p>x</p>'],
    ['tags that may be left out', '<ul><li>a</li></ul>', '<ul><li>a</ul>'],
    ['line ends', '<pre>a\r\nb</pre>', '<pre>a\nb</pre>'],
    ['an attribute without value', '<input disabled="">', '<input disabled>'],
  ])('that no browser shows are told as spelling, once: %s', (_name, a, b) => {
    expect(paths(`<b>1</b>${a}`, `<b>1</b>${b}`)).toEqual(['body spelling: value']);
    expect(paths(a, b, rule('body spelling', 'ignore'))).toEqual([]);
    // Values that differ besides hide it as little as they cause it.
    expect(paths(`<i>&lt;1 x</i>${a}<i>q</i>`, `<i>&lt;2</i>${b}<i>r</i>`, rule('body i text', 'ignore'))).toEqual([
      'body spelling: value',
    ]);
    expect(paths(`<i>&lt;1 x</i>${a}<i>q</i>`, `<i>&lt;2</i>${a}<i>r</i>`, rule('body i text', 'ignore'))).toEqual([]);
  });

  it('are bounded in number', () => {
    const list = (word: string): string => Array.from({ length: 2_000 }, (_, i) => `<p>${word} ${i}</p>`).join('');
    expect(paths(list('a b'), list('c'))).toHaveLength(100);
    expect(paths(list('a'), list('c'))).toHaveLength(100);
  });
});

describe('rules about pages', () => {
  const page1 = form(TOKENS[0]);
  const page2 = form(TOKENS[1]);

  it('name elements as differences do, with less where it is enough', () => {
    expect(paths(page1, page2)).toEqual([
      'body form[1] input[name=_csrf] @value: value',
      'body form[2] input[name=_csrf] @value: value',
    ]);
    for (const path of [
      'body form input[name=_csrf] @value',
      'body input @value',
      'body form[*] input @value',
      'body @value',
      'body * @value',
    ])
      expect([path, paths(page1, page2, rule(path, 'ignore'))]).toEqual([path, []]);
    expect(paths(page1, page2, rule('body form[2] input @value', 'ignore'))).toEqual([
      'body form[1] input[name=_csrf] @value: value',
    ]);
    for (const path of [
      'body form @value',
      'body input[name=q] @value',
      'body nav input @value',
      'body input text',
      'body inputs @value',
      'body input @val',
    ])
      expect([path, paths(page1, page2, rule(path, 'ignore')).length]).toEqual([path, 2]);
  });

  it('mask tokens on both sides and nothing else', () => {
    const token = rule('body form input[name=_csrf] @value', 'token', '[A-Za-z0-9_-]{36}');
    expect(paths(page1, page2, token)).toEqual([]);
    for (const wrong of ['', 'undefined', TOKENS[1].slice(1), `${TOKENS[1]}1`, `x ${TOKENS[1]}`])
      expect([wrong, paths(page1, form(wrong), token).length]).toEqual([wrong, 2]);
    const wide = rule('body', 'token', '[A-Za-z0-9_-]{36}');
    expect(paths(page1, page2, wide)).toEqual([]);
    expect(paths(page1, form(TOKENS[1], '<a>Log out</a>'), wide)).toEqual(['body form[1] a: unexpected']);
    expect(paths(`<a>Ada</a>${page1}`, `<a>Ben</a>${page2}`, wide)).toEqual(['body a text: value']);
    expect(paths(`<p>${TOKENS[0]}, seen 3 times</p>`, `<p>${TOKENS[1]}, seen 4 times</p>`, wide)).toEqual([
      'body p text: value',
    ]);
  });

  it('mask tokens in JSON, headers and cookies too', () => {
    const json = (n: string): ObservedResponse => ({
      statusCode: 200,
      headers: [
        ['Content-Type', 'application/json'],
        ['X-Token', n],
        ['Set-Cookie', `_csrf=${n}; Path=/`],
      ],
      body: Buffer.from(JSON.stringify({ token: n })),
    });
    const rules = ['$.token', 'header x-token', 'cookie _csrf'].map((path) => rule(path, 'token', '[A-Za-z0-9_-]{36}'));
    const judged = compareExchange(json(TOKENS[0]), json(TOKENS[1]), { rules });
    expect([judged.differences, judged.needed]).toEqual([[], rules]);
    expect(compareExchange(json(TOKENS[0]), json('none'), { rules }).differences).toHaveLength(3);
  });

  it('know whether a page has their place', () => {
    const places = [...placesOf(page(`${page1}<script>a = {"b":1}</script>`))];
    const known = (path: string): boolean => occurs(rule(path, 'ignore'), places);
    expect(
      ['body form input[name=_csrf] @value', 'body * @action', 'body script $.b', 'body spelling'].map(known),
    ).toEqual([true, true, true, true]);
    expect(['body form input[name=q] @value', 'body nav a text'].map(known)).toEqual([false, false]);
  });
});

describe('the two ways to compare pages', () => {
  // Random pages of few parts, so that words, names and structure differ at all kinds of places.
  const word = fc.constantFrom('a', 'b1', 'c-d', 'x/y', '&amp;', '&lt;', 'p', '1', '--', '=', '/');
  const piece = fc.oneof(
    word,
    fc.constantFrom(
      '<p>',
      '</p>',
      '<b ',
      '>',
      '<!--',
      '-->',
      '<a href="',
      '"',
      '<script>',
      '</script>',
      '<input type=',
      ' ',
      '\n',
      '&',
      '<',
      '</',
    ),
  );
  const source = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''));

  it('find something exactly where the trees differ or the texts do, as the parser has it', () => {
    fc.assert(
      fc.property(source, source, (a, b) => {
        const found = runSteps(compareHtmlSteps(a, b)) ?? [];
        const [one, other] = [a, b].map((text) => parse5.serialize(parse5.parse(text)));
        if (a === b) return found.length === 0;
        if (one !== other) return found.some(({ path }) => path !== 'body spelling');
        return found.length > 0;
      }),
      { numRuns: 3_000 },
    );
  });

  it('agree: one word changed anywhere is found', () => {
    fc.assert(
      fc.property(source, word, word, source, (before, x, y, after) => {
        fc.pre(x !== y);
        return (runSteps(compareHtmlSteps(before + x + after, before + y + after)) ?? []).length > 0;
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('pages that are hard to parse', () => {
  it.each([
    ['nested deeply', '<div>'.repeat(100_000)],
    ['of many elements', '<br>'.repeat(100_000)],
    ['of many open formats', Array.from({ length: 2_000 }, (_, i) => `<p><b id=${i}>`).join('')],
    ['long', 'x '.repeat(300_000)],
  ])('are compared by lines: %s', (_name, text) => {
    const begun = process.cpuUsage();
    expect(paths(`${text}\na b`, `${text}\nc`)).toEqual([expect.stringMatching(/^body line 2: value$/)]);
    expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(5);
  });

  it('and equal ones are not parsed', () => {
    const text = '<p>x</p>'.repeat(10_000);
    const begun = process.cpuUsage();
    for (let i = 0; i < 200; i += 1) paths(text, text);
    expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(2);
  });
});
