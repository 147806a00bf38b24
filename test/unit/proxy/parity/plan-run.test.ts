import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { planSuites } from '../../../../proxy/parity/plan-run';
import { ConfigError } from '../../../../shared/errors';
import { testBanyan } from '../../../support/test-banyan';

it('names every case of a suite that cannot be sent, before anything starts', () => {
  const requests = [
    { path: '/a b' },
    { path: '/a?b=\u{1F333}' },
    { path: '/a', headers: { 'x-a': 'b\nc' } },
    { path: '/\u00FC' },
    { path: '/\uD83C' },
  ];
  const cases = requests.map((request, i) => ({ name: `case ${i + 1}`, request }));
  const suites = [{ file: 'a.ts', route: 'GET /a', cases }];
  const project = { chosen: undefined, suites, banyan: testBanyan, recordings: [], routeOf: () => undefined };
  const asked = (): unknown => planSuites({ generate: 0 }, project);
  expect(asked).toThrow(ConfigError);
  expect(asked).toThrow(
    [
      'GET /a, case "case 1" cannot be sent: its path holds " ", which must be encoded: %20',
      'GET /a, case "case 2" cannot be sent: its path holds "\u{1F333}", which must be encoded: %F0%9F%8C%B3',
      'GET /a, case "case 3" cannot be sent: its header "x-a" has a name or value that cannot be sent',
    ].join('; '),
  );
});

it('says what a recording of parity.recordings has lost', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-plan-'));
  try {
    const file = path.join(folder, 'recorded.har');
    const entry = (url: string) => ({
      ...{ startedDateTime: '2026-01-01T00:00:00Z', time: 1, request: { method: 'GET', url, headers: [] } },
      response: { status: 200, statusText: '', headers: [], content: { size: 0, mimeType: '' } },
    });
    const head = '{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":[';
    // Broken off in the third entry.
    const lines = [head, `${JSON.stringify(entry('http://a/'))},`, `${JSON.stringify(entry('b'))},`, '{"startedDate'];
    await writeFile(file, lines.join('\n'));
    const suites = [{ file: 'a.ts', route: 'GET /a', cases: [{ name: 'a', request: { path: '/a' }, status: 200 }] }];
    const project = { chosen: undefined, suites, banyan: testBanyan, recordings: [file], routeOf: () => undefined };
    expect(planSuites({ generate: 0 }, project).notRun).toEqual([]);
    expect(planSuites({ generate: 5 }, project).notRun).toEqual([
      { what: 'recorded.har', reason: 'the recording is truncated; the complete entries were kept' },
      { what: expect.stringContaining('log.entries[1]') as unknown, reason: expect.any(String) as unknown },
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
