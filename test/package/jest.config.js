const { existsSync } = require('node:fs');
const path = require('node:path');
const base = require('../../jest.config.js');

const ROOT = path.join(__dirname, '../..');

/**
 * npm run test:package: the tarball as a team installs it. Not a part of `npm test`, because it builds, packs and installs first.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  ...base,
  rootDir: ROOT,
  // Of the example: what is made of its own files.
  roots: ['test/package', 'test/eventsapp/package'].map((folder) => path.join(ROOT, folder)).filter(existsSync),
  testMatch: ['**/*.test.ts'],
  globalSetup: '<rootDir>/test/package/install.ts',
  globalTeardown: '<rootDir>/test/package/uninstall.ts',
  maxWorkers: 1,
};
