import fc from 'fast-check';
import { parse } from 'yaml';
import { editStage } from '../../../../../proxy/cli/promote/edit-routes';
import { STAGES } from '../../../../../proxy/route-table/schema';

const FILE = `# top
maxBodyBytes: 102400 # as the parsers

routes:
  - id: list-events
    match: "GET /api/events"   # the list
    stage: shadow # since Monday
    # an own line
    unless: {header: x-partner}

  - id: get-event
    match: GET /api/events/:eventId
    percent: 10 # ten
    stage: 'canary'
# the end
`;

describe('editing routes.yml', () => {
  it('changes one value', () => {
    expect(editStage(FILE, 'list-events', { stage: 'lambda', percent: undefined })).toBe(
      FILE.replace('stage: shadow', 'stage: lambda'),
    );
  });

  it('adds the share below the stage', () => {
    expect(editStage(FILE, 'list-events', { stage: 'canary', percent: 10 })).toBe(
      FILE.replace('stage: shadow # since Monday\n', 'stage: canary # since Monday\n    percent: 10\n'),
    );
  });

  it('leaves the ceiling of a route that climbs', () => {
    const text = 'routes: [{id: a, stage: shadow, percent: 25, canary: {}}]';
    expect(editStage(text, 'a', { stage: 'canary', percent: undefined })).toBe(text.replace('shadow', 'canary'));
    const without = text.replace(' percent: 25,', '');
    expect(editStage(without, 'a', { stage: 'canary', percent: undefined })).toBe(without.replace('shadow', 'canary'));
  });

  it('changes the share, and removes it after the canary', () => {
    expect(editStage(FILE, 'get-event', { stage: 'canary', percent: 25 })).toBe(
      FILE.replace('percent: 10 #', 'percent: 25 #').replace("'canary'", 'canary'),
    );
    expect(editStage(FILE, 'get-event', { stage: 'lambda', percent: undefined })).toBe(
      FILE.replace('    percent: 10 # ten\n', '').replace("'canary'", 'lambda'),
    );
  });

  it.each<[string, string, string]>([
    [
      'in braces',
      'routes: [{id: a, match: GET /a, stage: shadow}]',
      'routes: [{id: a, match: GET /a, stage: canary, percent: 5}]',
    ],
    [
      'with a share in braces',
      'routes: [{id: a, stage: canary, percent: 1, x: 1}]',
      'routes: [{id: a, stage: canary, percent: 5, x: 1}]',
    ],
    [
      'without a last line break',
      'routes:\n- id: a\n  stage: shadow',
      'routes:\n- id: a\n  stage: canary\n  percent: 5',
    ],
    [
      'with Windows line breaks',
      'routes:\r\n- id: a\r\n  stage: shadow\r\n',
      'routes:\r\n- id: a\r\n  stage: canary\r\n  percent: 5\r\n',
    ],
    [
      'with the stage first',
      'routes:\n- stage: shadow\n  id: a\n',
      'routes:\n- stage: canary\n  percent: 5\n  id: a\n',
    ],
  ])('knows routes %s', (_case, before, after) => {
    expect(editStage(before, 'a', { stage: 'canary', percent: 5 })).toBe(after);
  });

  it.each([
    ['an alias', 'x: &s shadow\nroutes:\n- id: a\n  stage: *s\n'],
    ['an anchor that others use', 'routes:\n- id: a\n  stage: &s shadow\n- id: b\n  stage: *s\n'],
    ['no stage', 'routes:\n- id: a\n'],
    ['no such route', 'routes: []\n'],
  ])('leaves %s to a person', (_case, text) => {
    expect(() => editStage(text, 'a', { stage: 'lambda', percent: undefined })).toThrow(/by hand/);
  });

  it('keeps every comment and every other route, whatever the steps', () => {
    const step = fc.record({
      id: fc.constantFrom('list-events', 'get-event'),
      stage: fc.constantFrom(...STAGES),
      percent: fc.integer({ min: 1, max: 100 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const text = steps.reduce((before, { id, stage, percent }) => {
          const after = editStage(before, id, { stage, percent: stage === 'canary' ? percent : undefined });
          const { routes } = parse(after) as { routes: { id: string; stage: string; percent?: number }[] };
          const route = routes.find((one) => one.id === id);
          expect([route?.stage, route?.percent]).toEqual([stage, stage === 'canary' ? percent : undefined]);
          return after;
        }, FILE);
        for (const comment of [
          '# top',
          '# as the parsers',
          '# the list',
          '# since Monday',
          '# an own line',
          '# the end',
        ])
          expect(text).toContain(comment);
      }),
      { numRuns: 50 },
    );
  });
});
