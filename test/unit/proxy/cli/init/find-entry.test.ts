import { findEntry, nodeEnvOf } from '../../../../../proxy/cli/init/find-entry';

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
