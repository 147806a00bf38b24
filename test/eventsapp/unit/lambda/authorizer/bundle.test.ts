import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundle } from '../../../support/bundle';

/** The time of a cold start is no matter for a busy machine: `npm run bench:cold`. */
describe('the bundle of the authorizer', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-authorizer-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is at most 60 kB more than the MongoDB driver alone, minified as it comes', async () => {
    const driver = { code: "require('mongodb');" };
    const minified = { alias: {}, minify: true };
    const [authorizer, alone] = await Promise.all([
      bundle({ of: { file: 'lambda/eventsapp/authorizer.ts' }, outfile: path.join(folder, 'authorizer.js') }),
      bundle({ of: driver, outfile: path.join(folder, 'driver.js'), options: minified }),
    ]);
    expect(alone).toBeGreaterThan(500_000);
    expect(authorizer).toBeLessThanOrEqual(alone + 60_000);
  });
});
