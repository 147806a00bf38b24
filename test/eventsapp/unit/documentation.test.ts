import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../../..');
const TRAPS = 'lambda/traps.md';

/** Files of the repository by their path from its root, without what is built or installed. */
function filesIn(folder: string, matching: RegExp): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return /^(node_modules|dist|\..*)$/.test(entry.name) ? [] : filesIn(file, matching);
    return matching.test(entry.name) ? [file] : [];
  });
}

const FOLDERS = ['legacy', 'lambda', 'proxy', 'shared', 'test'];
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const documents = ['README.md', ...FOLDERS.flatMap((folder) => filesIn(folder, /\.md$/))];

/** The files that a document links to, by their path from the root; a folder stands for its README. Code is left out. */
function linksOf(document: string): string[] {
  if (!/\.md$/.test(document)) return [];
  const text = read(document).replace(/```[^]*?```/g, '');
  return [...text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, target = '']) => {
    const file = path.posix.join(path.posix.dirname(document), target).replace(/\/$/, '');
    return existsSync(path.join(ROOT, file, 'README.md')) ? `${file}/README.md` : file;
  });
}

// Of kit and example, because the documents of each speak of the other.
describe('documentation', () => {
  it.each(documents)('%s links to files that exist', (document) => {
    expect(linksOf(document).filter((target) => !existsSync(path.join(ROOT, target)))).toEqual([]);
  });

  it('is found from README.md by following links', () => {
    const found = new Set(['README.md']);
    for (const document of found) for (const target of linksOf(document)) found.add(target);
    expect(documents.filter((document) => !found.has(document))).toEqual([]);
  });

  it('README.md has at most 130 lines, and its costs follow from its prices', () => {
    const readme = read('README.md');
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(130);
    const number = (pattern: RegExp): number => Number(pattern.exec(readme)?.[1]);
    const [rest, invocation, second] = [
      number(/REST ([\d.]+) USD/),
      number(/arm64 ([\d.]+) USD per million/),
      number(/and ([\d.]+) USD per GB-second/),
    ];
    const hour = number(/NAT gateway ([\d.]+) USD an hour/);
    const duration = (calls: number, ms: number): number => calls * (ms / 1000) * 0.5 * second;
    const month = 100 * rest + 200 * invocation + duration(100e6, 25) + duration(100e6, 15);
    expect(number(/about (\d+) USD/)).toBe(Math.round(month));
    const gateways = 2 * 730 * hour;
    const call = invocation + duration(1e6, 200);
    expect(number(/= ([\d.]+) USD a month plus traffic/)).toBeCloseTo(gateways, 2);
    expect(number(/costs ([\d.]+) USD per million: cheaper/)).toBeCloseTo(call, 2);
    expect(number(/below (\d+) million calls/)).toBe(Math.round(gateways / call));
  });

  it.each(['legacy', 'proxy'])('%s/README.md has every variable of its config.ts', (folder) => {
    const names = [...read(`${folder}/config.ts`).matchAll(/'([A-Z][A-Z0-9]*_[A-Z_]+|HOST|PORT)'/g)];
    expect(names.length).toBeGreaterThan(5);
    const readme = read(`${folder}/README.md`);
    expect(names.map(([, name = '']) => name).filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });

  it('legacy/README.md has every route that the demo lists', () => {
    const paths = [...read('proxy/routes.yml').matchAll(/match: \w+ (\S+)/g)].map(([, route = '']) => route);
    expect(paths.length).toBeGreaterThan(10);
    const readme = read('legacy/README.md');
    // They never were in the monolith.
    const onlyOnLambda = [
      '/api/private',
      '/api/health',
      '/api/events/:eventId/photos/initiate-upload',
      '/api/events/:eventId/photos/:photoId',
      '/photos/:file',
    ];
    expect(paths.filter((route) => !onlyOnLambda.includes(route) && !readme.includes(`${route}\``))).toEqual([]);
  });

  it('proxy/cli/README.md has every command', () => {
    const programs = filesIn('proxy/cli', /\.ts$/).map(read).join('\n');
    const commands = [...programs.matchAll(/\bcommand\(\s*'([\w-]+)[^']*'(?!, \{ hidden)/g)].map(
      ([, name = '']) => name,
    );
    expect(commands).toEqual(expect.arrayContaining(['check', 'promote', 'run-schedule']));
    const readme = read('proxy/cli/README.md');
    expect(commands.filter((name) => !new RegExp(`\`(session |parity )?${name}\\b`).test(readme))).toEqual([]);
  });

  describe('the list of traps', () => {
    const rows = [...read(TRAPS).matchAll(/^\| (\d+) +\|(.*)\|$/gm)].map(([, number = '', rest = '']) => ({
      number: Number(number),
      files: [...rest.matchAll(/`([\w-]+\/[\w./-]+|[\w-]+\.(?:yml|config\.ts))`/g)].map(([, file = '']) => file),
    }));

    it('is numbered without gaps, and names files that exist', () => {
      expect(rows.map(({ number }) => number)).toEqual(rows.map((_row, index) => index + 1));
      expect(rows.flatMap(({ files }) => files).filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
    });

    it('has every trap that the code, the tests and the READMEs speak of', () => {
      const files = FOLDERS.flatMap((folder) => filesIn(folder, /\.(ts|md|yml)$/)).filter((file) => file !== TRAPS);
      const mentions = files.flatMap((file) =>
        [...read(file).matchAll(/\btraps? ((?:\d+(?:, | and | to )?)+)/gi)].flatMap(([, list = '']) =>
          [...list.matchAll(/\d+/g)].map(([number]) => ({ file, number: Number(number) })),
        ),
      );
      expect(mentions.length).toBeGreaterThan(40);
      expect(mentions.filter(({ number }) => !rows.some((row) => row.number === number))).toEqual([]);
    });

    it('is linked from every README that speaks of a trap by its number', () => {
      const speaking = documents.filter((file) => file !== TRAPS && /\btraps? \d/i.test(read(file)));
      expect(speaking.filter((file) => !read(file).includes('traps.md'))).toEqual([]);
    });
  });
});
