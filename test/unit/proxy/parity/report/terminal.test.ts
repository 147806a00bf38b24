import { createProgress, describeRun, wantsColor } from '../../../../../proxy/parity/report';
import { difference } from '../../../../../shared/parity/exchange';
import { countVerdicts } from '../../../../../shared/parity/result';
import { caseResult, HOSTILE, routeResult, sampleRun } from './sample-run';

const ANSI = /\u001b\[\d+m/g;
const STEERING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

describe('the report on a terminal', () => {
  it('has a line for each route, the differences, the reasons and one last line', () => {
    const text = describeRun(sampleRun());
    expect(text).toMatch(/^✗ GET \/api\/events +42 +41 +1 +· +·$/m);
    expect(text).toMatch(/^≈ GET \/api\/photos\/:photoId +2 +· +· +1 +1$/m);
    expect(text).toMatch(/^✓ GET \/api\/metrics\/all +1 +1 +· +· +·$/m);
    expect(text).toMatch(/^ {2}all +48 +43 +3 +1 +1$/m);
    expect(text).toContain('      body $.events[9].capacity: number 49 became string 49\n');
    expect(text).toContain('no identity for session-3: name one with --as: 1');
    expect(text).toContain('recorded.har log.entries[3]: POST /api/events: its body was not recorded');
    expect(text).toContain('test/eventsapp/parity/rules.yml:31 expired on 2026-10-01');
    expect(text.trimEnd().split('\n').at(-1)).toBe(
      '48 cases: 43 equal, 3 different, 1 accepted, 1 skipped, 1 fault in the rules, in 3.2 s',
    );
  });

  it('has a curl for the first case of each route that differs, to copy as it is, and how to get the cookie', () => {
    const text = describeRun(sampleRun());
    expect(text).toMatch(
      /# COOKIE: the Cookie value of "organiser": log in as described by parity\.identities in banyan\.config\.ts/,
    );
    expect(text).toContain(
      `reproduce: curl -s -i --path-as-is -g 'http://127.0.0.1:3001/api/events?page=1' -H 'Cookie: eventsapp.sid='"$COOKIE"\n`,
    );
    expect(text).toContain('reproduce: the curl is in --json and --html');
    const cases = Array.from({ length: 2 }, () => caseResult({ verdict: 'different', differences: [] }));
    const one = describeRun(sampleRun({ routes: [routeResult('GET /x', cases)] }));
    expect(one.match(/reproduce:/g)).toHaveLength(1);
  });

  it('says what generated cases have tried, and names what they have not, a few of many', () => {
    const generated = {
      ...{
        inputs: { tried: 30, known: 900 },
        fields: { tried: 5, known: 20 },
        kinds: { tried: 28, known: 300 },
      },
      untriedFields: Array.from({ length: 15 }, (_, i) => `POST /x body ${HOSTILE}${i}`),
      ...{ untriedKinds: ['null'], withoutContract: [] },
    };
    const text = describeRun(sampleRun({ generated }));
    expect(text).toContain('  tried 30 of 900 inputs, 28 of 300 kinds of them, on 5 of 20 fields\n');
    expect(text).toMatch(/^ {2}fields not tried \(raise --generate\): POST \/x body .*, and 3 more$/m);
    expect(text).toContain('  kinds not tried: null\n');
    expect(text).not.toContain('whose limits');
    expect(text.replaceAll('\n', '')).not.toMatch(STEERING);
    expect(describeRun(sampleRun())).not.toContain('Generated');
  });

  it('says how much of the world was tried', () => {
    const tried = { tried: 30, known: 900 };
    const world = { credentials: { ...tried, routes: 12 }, documents: { ...tried, routes: 1 } };
    expect(describeRun(sampleRun({ world }))).toContain(
      'World\n  tried 30 of 900 requests with credentials alone and in pairs, on 12 routes\n  tried 30 of 900 odd documents, on 1 route\n',
    );
    expect(describeRun(sampleRun())).not.toContain('World');
  });

  it('has colours only when asked, and the same words', () => {
    const plain = describeRun(sampleRun());
    const colored = describeRun(sampleRun(), { color: true });
    expect(plain).not.toMatch(ANSI);
    expect(colored).toMatch(ANSI);
    expect(colored.replace(ANSI, '')).toBe(plain);
  });

  it('lets nothing of a response steer the terminal', () => {
    expect(describeRun(sampleRun())).not.toMatch(STEERING);
    expect(describeRun(sampleRun())).toContain('\\u001b[31mred');
  });

  it('cuts long lists short and says so', () => {
    const cases = Array.from({ length: 25 }, (_case, n) =>
      caseResult({
        name: `n${n}`,
        verdict: 'different',
        differences: Array.from({ length: 12 }, (_, i) => difference(`body $.a[${i}]`, 'value', n, -1)),
      }),
    );
    const text = describeRun(sampleRun({ routes: [routeResult('GET /x', cases)] }));
    expect(text).toContain('and 4 more differences');
    expect(text).toContain('and 5 more cases; all of them are in --html and --json');
  });

  it('tells once what differs alike in many cases of a route, and whose own differences are beside that', () => {
    const cases = Array.from({ length: 12 }, (_, n) =>
      caseResult({
        name: `n${n}`,
        verdict: 'different',
        differences: [
          difference('header x-amzn-requestid', 'unexpected', undefined, `id-${n}`),
          difference('body $.total', 'value', 14, 15),
          ...(n === 7 ? [difference('status', 'value', 200, 500)] : []),
        ],
      }),
    );
    const text = describeRun(sampleRun({ routes: [routeResult('GET /x', cases)] }));
    expect(text.match(/x-amzn-requestid/g)).toHaveLength(1);
    expect(text).toMatch(/^ {2}in 12 cases: header x-amzn-requestid: the candidate has id-0, legacy nothing$/m);
    expect(text).toMatch(/^ {2}in 12 cases: body \$\.total: 14 became 15$/m);
    expect(text).toMatch(/✗ n7, as organiser\n.*\n {6}status: 200 became 500\n/);
    expect(text).toContain('and 10 more cases; all of them are in --html and --json');
  });

  it('says when nothing was run', () => {
    const empty = sampleRun({ routes: [], totals: countVerdicts([]), notRun: [], ruleFaults: [] });
    expect(describeRun(empty)).toContain('0 cases: none, in 3.2 s');
  });
});

describe('progress', () => {
  function progress(isTerminal: boolean) {
    const written: string[] = [];
    let time = 0;
    const watched = createProgress(
      { write: (text) => written.push(text), isTerminal, columns: 40, now: () => (time += 60) },
      10,
    );
    return { written, watched };
  }

  it('writes one line over and over on a terminal, not at every case, and leaves nothing', () => {
    const { written, watched } = progress(true);
    for (let i = 0; i < 10; i += 1) watched.caseDone(`GET /api/${HOSTILE}`, i === 3 ? 'different' : 'equal');
    watched.finish();
    expect(written.length).toBeGreaterThan(2);
    expect(written.length).toBeLessThan(10);
    expect(written[0]).toBe('\r\u001b[2K1/10  GET /api/</script><script>window.'.slice(0, 4 + 40));
    expect(written.some((text) => text.includes('1 different'))).toBe(true);
    expect(written.every((text) => text.startsWith('\r\u001b[2K') && !text.includes('\n'))).toBe(true);
    expect(written.at(-1)).toBe('\r\u001b[2K');
  });

  it('writes nothing elsewhere, as in CI', () => {
    const { written, watched } = progress(false);
    watched.caseDone('GET /a', 'different');
    watched.finish();
    expect(written).toEqual([]);
  });

  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ TERM: 'dumb' }, true, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  ])('%j on a terminal %s: colours %s', (env, isTerminal, expected) => {
    expect(wantsColor({ env, isTerminal })).toBe(expected);
  });
});
