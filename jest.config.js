const { availableParallelism } = require('node:os');
const { paths } = require('./tsconfig.paths.json').compilerOptions;

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: '<rootDir>/test/support/strict-environment.ts',
  roots: ['<rootDir>/test'],
  // Not those of the installed tarball, which npm run test:package makes first.
  testMatch: ['**/*.test.ts', '!**/test/package/**', '!**/test/eventsapp/package/**'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // The kit's public names, as an installed package would have them.
  moduleNameMapper: Object.fromEntries(
    Object.entries(paths).map(([name, [file]]) => [`^${name}$`, file.replace('./', '<rootDir>/')]),
  ),
  setupFiles: ['<rootDir>/test/setup-env.ts'],
  // Much of the time is waiting: a worker more than there are cores keeps a small machine busy.
  maxWorkers: availableParallelism() + 1,
  testTimeout: 30_000,
};
