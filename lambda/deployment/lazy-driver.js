'use strict';

/**
 * Plug-in of esbuild: a bundle loads each module of the MongoDB driver when it is first needed. The driver loads all of them at once,
 * bulk writes, GridFS, change streams and six ways to log in too, and a function that reads a document needs a third.
 *
 * What changes is when a module is loaded, never what it does: `const x_1 = require('./x')` becomes an object whose getter loads
 * it, and each `x_1.name` asks that. It is what TypeScript writes (mongodb 7); what looks otherwise stays as it is.
 */
const { readFileSync } = require('node:fs');

const DRIVER = /[\\/]node_modules[\\/]mongodb[\\/]lib[\\/].*\.js$/;
const REQUIRE = /^const (\w+_\d+) = (require\("[^"]+"\));$/gm;

/** @param {string} source of a module of the driver */
function lazily(source) {
  const lazy = new Map();
  for (const [, name = ''] of source.matchAll(REQUIRE)) {
    // A module that is used as a whole, and not by what it exports, is loaded at once.
    const uses = source.match(new RegExp(String.raw`\b${name}\b(?!\.)`, 'g')) ?? [];
    // Short names: the bundle grows smaller.
    if (uses.length === 1) lazy.set(name, `$${lazy.size}`);
  }
  const declared = source.replaceAll(REQUIRE, (line, name, required) =>
    lazy.has(name) ? `const ${lazy.get(name)} = { get _() { return ${required} } };` : line,
  );
  return [...lazy].reduce(
    (text, [name, short]) => text.replaceAll(new RegExp(String.raw`\b${name}\.`, 'g'), () => `${short}._.`),
    declared,
  );
}

const lazyDriver = {
  name: 'banyan-lazy-driver',
  setup(build) {
    build.onLoad({ filter: DRIVER }, ({ path }) => ({ contents: lazily(readFileSync(path, 'utf8')), loader: 'js' }));
  },
};

module.exports = [lazyDriver];
