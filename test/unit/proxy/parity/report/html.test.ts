import { toHtml } from '../../../../../proxy/parity/report';
import { alignJson } from '../../../../../proxy/parity/report/html/align-json';
import { alignText } from '../../../../../proxy/parity/report/html/align-text';
import { Marks } from '../../../../../proxy/parity/report/html/marks';
import { toReportView } from '../../../../../proxy/parity/report/html/report-view';
import { difference } from '../../../../../shared/parity/exchange';
import { answer, caseResult, routeResult, sampleRun } from './sample-run';

const marks = (...paths: readonly string[]): Marks =>
  new Marks({ differences: paths.map((path) => difference(path, 'value', 1, 2)), accepted: [] });

describe('the HTML report', () => {
  it('holds texts of others in its block of data only, where nothing can end the block', () => {
    const html = toHtml(sampleRun());
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    expect(html).not.toContain('<img');
    expect(html).not.toContain('<!--');
    const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
    expect(JSON.parse(data)).toEqual(JSON.parse(JSON.stringify(toReportView(sampleRun()))));
  });

  it('allows its own script and style and nothing else', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(toHtml(sampleRun()))?.[1];
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[\w+/=]{44}'; style-src 'sha256-[\w+/=]{44}'; /);
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toContain('unsafe');
  });

  it('says that nothing was compared when all was skipped', () => {
    const skipped = sampleRun().routes[2]?.cases[1];
    const run = sampleRun({ routes: [routeResult('GET /x', skipped === undefined ? [] : [skipped])], ruleFaults: [] });
    expect(toReportView(run)).toMatchObject({ isClean: true, totals: { cases: 1, skipped: 1 } });
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
    const result = caseResult({
      verdict: 'different',
      control,
      candidate,
      differences: [difference('body', 'value', '', '')],
    });
    const view = toReportView(sampleRun({ routes: [routeResult('GET /x', [result])] }));
    expect(view.routes[0]?.cases[0]?.body).toEqual([['{"a":1,"b":2}', '{ "a":1,"b":2}', 'different']]);
  });
});
