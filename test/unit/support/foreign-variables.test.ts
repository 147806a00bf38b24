import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { withoutForeignVariables } from '../../support/foreign-variables';

const ROOT = path.join(__dirname, '../../..');

describe('what the shell exports for something else', () => {
  it('is taken from tests: databases, secrets, accounts, addresses', () => {
    const foreign = {
      MONGODB_URI: 'mongodb://db.example/production',
      SESSION_SECRET: 'x',
      AWS_PROFILE: 'production',
      AWS_SESSION_TOKEN: 'x',
      AWS_ENDPOINT_URL: 'https://aws.example',
      LAMBDA_URL: 'https://aws.example',
      ROUTES_FILE: '/elsewhere.yml',
      HOST: '0.0.0.0',
      ADMIN_HOST: '0.0.0.0',
      SQS_ENDPOINT: 'https://aws.example',
    };
    const kept = { PATH: '/bin', HOME: '/root', CI: 'true', MONGOD_DOWNLOAD: '1', TEST_MODE: 'http' };
    const changes = withoutForeignVariables({ ...foreign, ...kept });
    expect(Object.keys(changes).sort()).toEqual(Object.keys(foreign).sort());
    expect(Object.values(changes).every((value) => value === undefined)).toBe(true);
  });

  it('but for TEST_MONGODB_URI, which names a MongoDB on purpose', () => {
    const env = { MONGODB_URI: 'mongodb://db.example/production', TEST_MONGODB_URI: 'mongodb://127.0.0.1/scratch' };
    expect(withoutForeignVariables(env)).toEqual({ MONGODB_URI: undefined });
  });

  it('does not reach a suite that Jest runs', () => {
    const argv = ['node_modules/jest/bin/jest.js', '--maxWorkers=1', 'test/unit/support/own-variables.test.ts'];
    const env = { PATH: process.env['PATH'], MONGODB_URI: 'mongodb://127.0.0.1:1/production' };
    expect(() => execFileSync(process.execPath, argv, { cwd: ROOT, env, stdio: 'pipe' })).not.toThrow();
  });
});
