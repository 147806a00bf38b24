import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readDeclared, reasonOf } from '../../../../../proxy/parity/mutate/declared';

describe('declared mutants', () => {
  let file: string;
  beforeEach(async () => (file = path.join(await mkdtemp(path.join(tmpdir(), 'declared-')), 'mutants.yml')));
  afterEach(() => rm(path.dirname(file), { recursive: true }));
  const mutant = {
    id: '1',
    file: 'a.ts',
    line: 3,
    source: 'return n < 3;',
    change: 'n < 3 => n <= 3',
    operator: 'EqualityOperator',
  };

  it('are found by file, line and change, wherever the line stands', async () => {
    await writeFile(
      file,
      'mutants:\n  - file: a.ts\n    source: return n < 3;\n    change: n < 3 => n <= 3\n    reason: n is never 3\n',
    );
    const declared = readDeclared({ path: file, isDefault: false });
    expect(reasonOf(declared, { ...mutant, line: 99 })).toBe('n is never 3');
    expect(reasonOf(declared, { ...mutant, change: 'n < 3 => true' })).toBeUndefined();
  });

  it('need a reason each; faults name their place', async () => {
    await writeFile(file, 'mutants:\n  - file: a.ts\n    source: x\n    change: y\n    reason: no\n    why: z\n');
    expect(() => readDeclared({ path: file, isDefault: false })).toThrow(
      /mutants\.yml:5:\d+ mutants\[0\]\.reason: is not a reason/,
    );
    expect(() => readDeclared({ path: file, isDefault: false })).toThrow(/why/);
  });

  it('need not exist where the configuration does not name a file', () => {
    expect(readDeclared({ path: file, isDefault: true })).toEqual([]);
    expect(() => readDeclared({ path: file, isDefault: false })).toThrow(/parity\.mutants/);
  });
});
