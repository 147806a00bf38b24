import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadRules } from '../../../../proxy/shadow/rules';
import { capturedLogger } from '../../../support/captured-logger';

describe('parity rules for live comparisons', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-rules-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const load = async (text: string | undefined) => {
    const file = path.join(folder, 'rules.yml');
    if (text !== undefined) await writeFile(file, text);
    const logger = capturedLogger();
    return { rules: await loadRules(file, logger), levels: logger.lines.map(({ level }) => level), logger };
  };
  const rule = "{route: '*', path: $.a, kind: ignore, reason: nobody reads it, owner: me, expires: 2027-01-31}";

  it('are those of the file', async () => {
    const { rules, levels } = await load(`rules: [${rule}]`);
    expect(rules).toMatchObject([{ route: '*', path: '$.a', kind: 'ignore' }]);
    expect(levels).toEqual([]);
  });

  it('are none without a file', async () => {
    expect(await load(undefined)).toMatchObject({ rules: [], levels: ['info'] });
    expect(await loadRules(undefined, capturedLogger())).toEqual([]);
  });

  it.each(['rules: [{route: x}]', 'rules: [', '- a'])(
    'are none when the file is broken, with a warning: %s',
    async (text) => {
      const { rules, levels, logger } = await load(text);
      expect(rules).toEqual([]);
      expect(levels).toEqual(['warn']);
      expect(logger.text()).toContain('rules.yml:1:');
    },
  );
});
