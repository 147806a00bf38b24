import { toHtml } from '../../../../../proxy/parity/report';
import { alignJson } from '../../../../../proxy/parity/report/html/align-json';
import { alignText } from '../../../../../proxy/parity/report/html/align-text';
import { Marks } from '../../../../../proxy/parity/report/html/marks';
import { html } from '../../../../../proxy/parity/report/html/markup';
import { bodyRows } from '../../../../../proxy/parity/report/html/exchange-rows';
import { difference } from '../../../../../shared/parity/exchange';
import { answer, routeResult, sampleRun } from './sample-run';

const marks = (...paths: readonly string[]): Marks =>
  new Marks({ differences: paths.map((path) => difference(path, 'value', 1, 2)), accepted: [] });

describe('the HTML report', () => {
  const page = toHtml(sampleRun());

  it('holds the texts of others as text only', () => {
    expect(page).not.toMatch(/<script|<img|<!--/);
    expect(page).toContain('&#60;/script&#62;&#60;script&#62;window.injected = 1');
    expect(html`<b>${'<i>'}</b>${html`<hr />`}${[undefined, 1, '"']}`.text).toBe('<b>&#60;i&#62;</b><hr />1&#34;');
  });

  it('allows its own style and nothing else', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1];
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]{44}'$/);
  });

  it('lists the worst cases of a route first, and only these in depth', () => {
    const [section = ''] = page.split('<h2 id="route-1"')[0]?.split('<h2 id="route-0"').slice(1) ?? [];
    expect(section.indexOf('<details class="different">')).toBeGreaterThan(0);
    expect(section.indexOf('<details')).toBeLessThan(section.indexOf('<div class="case equal">'));
    expect(section.match(/<details/g)).toHaveLength(1);
    expect(section).toContain('<span class="path">body $.events[9].venue</span>');
    expect(section).toMatch(/<td>\d+ equal lines<\/td>/);
  });

  it('says that nothing was compared when all was skipped', () => {
    const skipped = sampleRun().routes[2]?.cases[1];
    const run = sampleRun({ routes: [routeResult('GET /x', skipped === undefined ? [] : [skipped])], ruleFaults: [] });
    expect(toHtml(run)).toContain('Nothing was compared');
  });
});

describe('bodies beside each other', () => {
  it('puts the same member on the same line, whatever the order of keys', () => {
    const { rows } = alignJson(
      { a: 1, b: [1, { c: 2 }], d: null },
      { b: [1, { c: 3 }], a: 1, e: {} },
      marks('body $.b[1].c', 'body $.d', 'body $.e'),
    );
    expect(rows).toEqual([
      ['{', '{', 'equal'],
      ['  "a": 1', '  "a": 1', 'equal'],
      ['  "b": [', '  "b": [', 'equal'],
      ['    1', '    1', 'equal'],
      ['    {', '    {', 'equal'],
      ['      "c": 2', '      "c": 3', 'different'],
      ['    }', '    }', 'equal'],
      ['  ]', '  ]', 'equal'],
      ['  "d": null', null, 'different'],
      [null, '  "e": {}', 'different'],
      ['}', '}', 'equal'],
    ]);
  });

  it('marks what differs and nobody minds as forgiven', () => {
    expect(alignJson({ at: 1 }, { at: 2 }, marks()).rows[1]).toEqual(['  "at": 1', '  "at": 2', 'forgiven']);
  });

  it('marks a whole branch that is not there', () => {
    const { rows } = alignJson({ a: { b: [1] } }, { a: 'text' }, marks('body $.a'));
    expect(rows.filter(([, , mark]) => mark === 'different').map(([a, b]) => [a, b])).toEqual([
      ['  "a": {', '  "a": "text"'],
      ['    "b": [', null],
      ['      1', null],
      ['    ]', null],
      ['  }', null],
    ]);
  });

  it('knows the paths of members with odd names', () => {
    expect(alignJson({ 'x-y': 1 }, { 'x-y': 2 }, marks('body $["x-y"]')).rows[1]?.[2]).toBe('different');
  });

  it('aligns texts by their equal lines', () => {
    expect(alignText('a\nb\nc\nd', 'a\nx\nc\nnew\nd', 'different')).toEqual([
      ['a', 'a', 'equal'],
      ['b', 'x', 'different'],
      ['c', 'c', 'equal'],
      [null, 'new', 'different'],
      ['d', 'd', 'equal'],
    ]);
  });

  it('pairs the lines of very long texts by number', () => {
    const long = (mark: string): string => Array.from({ length: 1_500 }, (_, i) => `${mark}${i}`).join('\n');
    expect(alignText(long('a'), long('b'), 'different')).toHaveLength(1_500);
  });

  it('shows the text when equal values are written in other words', () => {
    const control = answer('{"a":1,"b":2}');
    const candidate = answer('{ "a":1,"b":2}');
    const marks = new Marks({ differences: [difference('body', 'value', '', '')], accepted: [] });
    expect(bodyRows(control, candidate, marks)).toEqual({
      rows: [['{"a":1,"b":2}', '{ "a":1,"b":2}', 'different']],
      note: '',
    });
  });
});
