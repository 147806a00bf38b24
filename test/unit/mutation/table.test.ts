import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { DECLARED } from '../../mutation/declared';
import { readScores, SCORES } from '../../mutation/score-table';
import { TESTS_OF } from '../../mutation/tests-of';

describe('the table of mutated files', () => {
  it.each(Object.entries(TESTS_OF))('names files that exist: %s', (file, { tests }) => {
    expect([file, ...tests].filter((path) => !existsSync(path))).toEqual([]);
  });

  it.each(['shared/session', 'shared/session/stores', 'lambda/authorizer', 'proxy/http1'])(
    'leaves out no file of %s that decides something',
    (folder) => {
      const decide = readdirSync(folder)
        .filter((name) => name.endsWith('.ts'))
        .map((name) => `${folder}/${name}`)
        .filter((file) =>
          /\bif \(|\? |&& |\|\| /.test(readFileSync(file, 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '')),
        );
      expect(decide.filter((file) => !Object.hasOwn(TESTS_OF, file))).toEqual([]);
    },
  );

  it('has no score under its least share, nor one of a file that is not in it', () => {
    const scores = readScores(readFileSync(SCORES, 'utf8'));
    expect([...scores.keys()].filter((file) => !Object.hasOwn(TESTS_OF, file))).toEqual([]);
    const under = [...scores].filter(([, row]) => !(Number(row.get('killed in %')) >= Number(row.get('at least'))));
    expect(under.map(([file]) => file)).toEqual([]);
  });

  it('holds declarations of lines that are in their file', () => {
    const gone = Object.entries(DECLARED).flatMap(([file, declared]) => {
      const lines = new Set(
        readFileSync(file, 'utf8')
          .split('\n')
          .map((line) => line.trim()),
      );
      return declared.filter(({ source }) => !lines.has(source)).map(({ source }) => `${file}: ${source}`);
    });
    expect(gone).toEqual([]);
  });
});
