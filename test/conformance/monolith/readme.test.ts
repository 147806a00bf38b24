import { readFileSync } from 'node:fs';
import path from 'node:path';
import { conformanceCases } from './cases';
import { expressCases } from './express-cases';

describe('README.md of the conformance tests', () => {
  const facts = { cookie: '', token: '', event: '', photo: '', largePhoto: '', etag: '' };
  const all = [...conformanceCases(facts), ...expressCases];
  const readme = readFileSync(path.join(__dirname, '../README.md'), 'utf8');
  const listed = readme
    .slice(readme.indexOf('| case '))
    .split('\n')
    .slice(2)
    .flatMap((row) => (row.startsWith('| ') ? (row.split('|')[1]?.split(', ') ?? []) : []))
    .map((name) => name.trim());

  it('lists every case whose answer is another one through the proxy, and no other', () => {
    const different = all.filter(({ differs }) => differs !== undefined).map(({ name }) => name);
    expect(listed.sort()).toEqual(different.sort());
  });

  it('is about many cases', () => {
    expect(all.length).toBeGreaterThan(150);
  });
});
