import { spawnSync } from 'node:child_process';
import { toJUnit } from '../../../../../proxy/parity/report';
import { sampleRun } from './sample-run';

describe('the report as JUnit XML', () => {
  const xml = toJUnit(sampleRun());

  it('has a suite for each route, and one each for what was not run and for faults of the rules', () => {
    expect(xml).toContain(
      '<testsuites name="parity of legacy and gateway" tests="50" failures="4" errors="0" skipped="2" time="3.240">',
    );
    expect(
      [...xml.matchAll(/<testsuite name="([^"]*)" tests="(\d+)" failures="(\d+)"/g)].map(([, ...found]) => found),
    ).toEqual([
      ['GET /api/events', '42', '1'],
      ['POST /api/events', '2', '1'],
      ['GET /api/photos/:photoId', '2', '0'],
      ['(no listed route)', '1', '1'],
      ['GET /api/metrics/all', '1', '0'],
      ['not run', '1', '0'],
      ['rules', '1', '1'],
    ]);
  });

  it('tells what differs, what is accepted and why something was skipped', () => {
    expect(xml).toContain(
      '<failure message="database notifications inserted: legacy has 1 documents, the candidate 0 documents"',
    );
    expect(xml).toContain('(accepted: nobody reads it, test/eventsapp/parity/rules.yml:12)</system-out>');
    expect(xml).toContain('<skipped message="no identity for session-3: name one with --as"/>');
  });

  it('is well-formed whatever stands in names and bodies', () => {
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
    expect(xml).not.toContain('<script>');
    const python = spawnSync(
      'python3',
      ['-c', 'import sys, xml.dom.minidom as m; m.parseString(sys.stdin.buffer.read())'],
      { input: xml },
    );
    // Where there is no Python, the checks above must do.
    if (python.error === undefined) expect(python.stderr.toString()).toBe('');
  });
});
