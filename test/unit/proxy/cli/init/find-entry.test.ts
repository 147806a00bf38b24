import fc from 'fast-check';
import { diffLines } from '../../../../../proxy/cli/init/diff';
import { findEntry, nodeEnvOf } from '../../../../../proxy/cli/init/find-entry';
import { missingPeers, parseManifest, withDevDependencies } from '../../../../../proxy/cli/init/peers';

const find = (manifest: Parameters<typeof findEntry>[0], ...files: string[]): string =>
  findEntry(manifest, (file) => files.includes(file)).file;

it.each([
  ['cross-env NODE_ENV=development node server.js', 'development'],
  ["NODE_ENV='staging' node .", 'staging'],
  ['node app.js --NODE_ENV', undefined],
  ['node app.js', undefined],
])('NODE_ENV of the script "%s" is %s', (start, expected) => {
  expect(nodeEnvOf({ scripts: { start } })).toBe(expected);
  expect(nodeEnvOf({})).toBeUndefined();
});

describe('the entry', () => {
  it.each([
    ['node app.js', 'app.js'],
    ['node ./bin/www', 'bin/www'],
    ['NODE_ENV=production node --env-file=.env -r dotenv/config src/server', 'src/server.js'],
    ['node .', 'index.js'],
    ['npm run build && node dist/main.js', 'dist/main.js'],
    ['tsx watch src/server.ts', 'src/server.ts'],
    ['nodemon -r dotenv/config src/index', 'src/index.ts'],
    ['cross-env PORT=3 node lib/app.mjs --verbose', 'lib/app.mjs'],
  ])('of the script "%s"', (start, expected) => {
    expect(find({ scripts: { start }, main: 'other.js' }, expected, 'other.js')).toBe(expected);
  });

  it('is main, or has a usual name, where no script names a file that exists', () => {
    expect(find({ scripts: { start: 'node dist/x.js' }, main: './lib' }, 'lib/index.js', 'app.js')).toBe(
      'lib/index.js',
    );
    expect(find({ scripts: { start: 'next start' } }, 'src/app.js', 'app.js')).toBe('app.js');
  });

  it('that is not found is asked for', () => {
    expect(() => find({ scripts: { start: 'node dist/x.js' } })).toThrow(
      /no dist\/x.js \(the script start.*--entry.*--url/,
    );
  });
});

describe('devDependencies', () => {
  it('are added in order, in the indentation of the file, and nothing else changes', () => {
    const text = '{\n\t"version": "1",\n\t"devDependencies": {\n\t\t"jest": "1"\n\t},\n\t"name": "x"\n}\n';
    const added = withDevDependencies(text, new Map([['esbuild', '2']]));
    expect(added).toBe(text.replace('\t\t"jest"', '\t\t"esbuild": "2",\n\t\t"jest"'));
  });

  it('are those that are missing, the framework under the name of the one it continues', () => {
    const peers = missingPeers(parseManifest('{"dependencies": {"esbuild": "1"}, "devDependencies": {"fflate": "1"}}'));
    expect([...peers.keys()]).toEqual(['serverless', 'serverless-esbuild', 'banyan-embedded-mongo']);
    expect(peers.get('serverless')).toMatch(/^npm:osls@\^4/);
  });
});

it('a diff has what makes one text the other', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before.join('\n'), after.join('\n'), 20);
      const side = (mark: string): string[] => lines.filter((line) => line[0] !== mark).map((line) => line.slice(1));
      if (lines.length === 0) expect(before).toEqual(after);
      else expect([side('+').join('\n'), side('-').join('\n')]).toEqual([before.join('\n'), after.join('\n')]);
    }),
  );
  expect(diffLines('1\n2\n3\n4\n5\n6', 'x\n2\n3\n4\n5\ny', 1)).toEqual(['-1', '+x', ' 2', '...', ' 5', '-6', '+y']);
});
