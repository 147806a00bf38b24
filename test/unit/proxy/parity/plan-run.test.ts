import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { planSuites } from '../../../../proxy/parity/plan-run';
import { testBanyan } from '../../../support/test-banyan';

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
