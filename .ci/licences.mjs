// npm run lint:licences: what a production install of the kit brings along may be redistributed under one of these licences.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const ALLOWED = new Set(['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0']);
/** Packages, the kit's own, whose dependencies users install. */
const SHIPPED = ['', 'shared/local/mongo/embedded'];

const { packages } = JSON.parse(readFileSync(path.join(import.meta.dirname, '../package-lock.json'), 'utf8'));

/** Where a package finds a dependency: in its own node_modules, or in that of a folder above. */
function resolve(from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const place = path.posix.join(folder, 'node_modules', name);
    if (Object.hasOwn(packages, place)) return place;
    // Of a platform that the lock file leaves out.
    if (folder === '') return undefined;
  }
}

const found = new Set();
const queue = [...SHIPPED];
for (let place = queue.pop(); place !== undefined; place = queue.pop()) {
  const { dependencies = {}, optionalDependencies = {} } = packages[place];
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const dependency = resolve(place, name);
    if (dependency === undefined || found.has(dependency)) continue;
    found.add(dependency);
    queue.push(dependency);
  }
}

const refused = [...found].filter((place) => !packages[place].link && !ALLOWED.has(packages[place].license));
for (const place of refused) {
  const { version, license = 'no licence named' } = packages[place];
  console.error(
    `${place.replace(/^.*node_modules\//, '')}@${version}: ${license}; allowed are ${[...ALLOWED].join(', ')}`,
  );
}
console.log(`${found.size} production dependencies, ${refused.length} with a licence that is not allowed`);
process.exitCode = found.size > 0 && refused.length === 0 ? 0 : 1;
