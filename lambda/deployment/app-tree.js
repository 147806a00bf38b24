'use strict';

const { readdir, readFile, realpath, stat } = require('node:fs/promises');
const path = require('node:path');

/** Of no use in production, or not to leave the machine it lies on. Folders of dots are hidden, but for the one that clients ask for. */
const LEFT_OUT = new Set(['node_modules', 'coverage', 'npm-debug.log']);
const isLeftOut = (name) => LEFT_OUT.has(name) || (name.startsWith('.') && name !== '.well-known');

/**
 * What an app needs in production: its own files, and the packages that its `package.json` depends on, with theirs. Each is at the same place
 * as here, seen from `root`.
 *
 * @param {{ app: string, root: string, exclude: readonly string[] }} options `app` is the folder of the app's package.json, absolute;
 *   `exclude` names files and folders from there
 * @returns {Promise<Map<string, string>>} where each file is read from, by its name in the zip
 */
async function appTree({ app, root, exclude }) {
  const files = new Map();
  const unwanted = new Set(exclude.map((name) => path.resolve(app, name)));
  await addFolder(files, app, app, (file, name) => !isLeftOut(name) && !unwanted.has(file));
  for (const [folder, source] of await productionPackages(app)) {
    await addFolder(files, folder, source, (_file, name) => name !== 'node_modules');
  }
  const inZip = [...files].map(([file, source]) => [path.relative(root, file).replaceAll(path.sep, '/'), source]);
  const outside = inZip.find(([name]) => name.startsWith('../'));
  if (outside !== undefined) {
    throw new Error(
      `${path.resolve(root, outside[0])} is outside ${root}: install the app's packages in its own folder`,
    );
  }
  return new Map(inZip);
}

async function addFolder(files, folder, source, isWanted) {
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const file = path.join(source, entry.name);
    if (!isWanted(file, entry.name)) continue;
    const isFolder = entry.isSymbolicLink() ? (await stat(file)).isDirectory() : entry.isDirectory();
    if (isFolder) await addFolder(files, path.join(folder, entry.name), file, isWanted);
    else files.set(path.join(folder, entry.name), file);
  }
}

/** Every package that one of the production dependencies leads to: where Node looks for it, and where it lies (links lead elsewhere). */
async function productionPackages(app) {
  const found = new Map();
  const waiting = [app];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const manifest = await readManifest(folder);
    const optional = { ...manifest.optionalDependencies, ...manifest.peerDependencies };
    for (const name of Object.keys({ ...manifest.dependencies, ...optional })) {
      const place = await placeOf(name, folder);
      if (place === undefined) {
        if (name in optional) continue;
        throw new Error(`${path.join(folder, 'package.json')}: ${name} is not installed; run npm install there`);
      }
      if (found.has(place)) continue;
      found.set(place, await realpath(place));
      waiting.push(place);
    }
  }
  return found;
}

async function readManifest(folder) {
  try {
    return JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  } catch (error) {
    throw new Error(`${path.join(folder, 'package.json')} cannot be read: ${error.message}`, { cause: error });
  }
}

/** As `require` finds a package, from a folder upwards. */
async function placeOf(name, from) {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const place = path.join(folder, 'node_modules', name);
    if (path.basename(folder) !== 'node_modules' && (await exists(path.join(place, 'package.json')))) return place;
    if (folder === path.dirname(folder)) return undefined;
  }
}

const exists = (file) =>
  stat(file).then(
    () => true,
    () => false,
  );

module.exports = { appTree };
