import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';
import type * as driver from 'mongodb';
import { startEmbedded } from '../../../../shared/local/mongo';

const ROOT = path.join(__dirname, '../../../..');
const load = createRequire(__filename);
const plugins = load(path.join(ROOT, 'lambda/deployment/lazy-driver.js')) as Plugin[];

describe('a bundle with the lazy MongoDB driver', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-lazy-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const bundle = async (code: string, resolveDir: string): Promise<string> => {
    // Of a name of its own, as modules are kept by name.
    const outfile = path.join(await mkdtemp(path.join(folder, 'bundle-')), 'bundle.cjs');
    await build({
      stdin: { contents: code, resolveDir },
      outfile,
      plugins,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: [
        'kerberos',
        'snappy',
        'socks',
        'gcp-metadata',
        '@mongodb-js/zstd',
        'mongodb-client-encryption',
        '@aws-sdk/*',
      ],
      logLevel: 'silent',
    });
    return outfile;
  };

  /** A driver of these files, of which `index.js` is the entry. */
  const driverOf = async (files: Readonly<Record<string, string>>): Promise<string> => {
    const project = await mkdtemp(path.join(folder, 'project-'));
    const lib = path.join(project, 'node_modules/mongodb/lib');
    await mkdir(lib, { recursive: true });
    await writeFile(path.join(lib, '../package.json'), JSON.stringify({ name: 'mongodb', main: 'lib/index.js' }));
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(lib, name), text);
    return project;
  };

  it('loads a module when one of its exports is first used, by call, construction or inheritance', async () => {
    const project = await driverOf({
      'index.js': `"use strict";
const used_1 = require("./used");
const unused_1 = require("./unused");
const parent_2 = require("./parent");
class Child extends parent_2.Parent {}
exports.child = () => new Child().name();
exports.made = () => new used_1.Made().name + (0, used_1.named)();
exports.unused = () => unused_1.value;
`,
      'used.js': `globalThis.lazyLoaded.push('used'); exports.Made = class { name = 'made'; }; exports.named = () => ' by name';`,
      'unused.js': `globalThis.lazyLoaded.push('unused'); exports.value = 1;`,
      'parent.js': `globalThis.lazyLoaded.push('parent'); exports.Parent = class { name() { return 'of the parent'; } };`,
    });
    const loaded: string[] = [];
    Object.assign(globalThis, { lazyLoaded: loaded });
    const made = load(await bundle(`module.exports = require('mongodb')`, project)) as Record<string, () => unknown>;
    expect(loaded).toEqual(['parent']);
    expect(made['child']?.()).toBe('of the parent');
    expect(made['made']?.()).toBe('made by name');
    expect(made['made']?.()).toBe('made by name');
    expect(loaded).toEqual(['parent', 'used']);
  });

  it('loads a module at once that is passed on as a whole, and leaves other packages alone', async () => {
    const project = await driverOf({
      'index.js': `const whole_1 = require("./whole"); const other = require("./other");
exports.same = whole_1; exports.of = () => whole_1.value + other.value;`,
      'whole.js': 'exports.value = 1;',
      'other.js': 'exports.value = 2;',
    });
    const made = load(await bundle(`module.exports = require('mongodb')`, project)) as {
      same: object;
      of: () => number;
    };
    expect(made.same).toEqual({ value: 1 });
    expect(made.of()).toBe(3);
  });

  it('is the same driver: it writes, reads, iterates, aggregates, and fails as the one that is not bundled', async () => {
    const { MongoClient, MongoServerError, ObjectId } = load(
      await bundle(`module.exports = require('mongodb')`, ROOT),
    ) as typeof driver;
    const mongo = await startEmbedded({});
    let client: driver.MongoClient | undefined;
    try {
      client = await MongoClient.connect(`mongodb://127.0.0.1:${mongo.port}/lazy?directConnection=true`);
      const items = client.db().collection<{ _id: driver.ObjectId; n: number }>('items');
      const ids = [1, 2, 3].map(() => new ObjectId());
      await items.insertMany(ids.map((_id, n) => ({ _id, n })));
      await items.bulkWrite([{ updateOne: { filter: { n: 0 }, update: { $set: { n: 10 } } } }]);
      expect(
        await items
          .find()
          .sort({ n: 1 })
          .map(({ n }) => n)
          .toArray(),
      ).toEqual([1, 2, 10]);
      expect(await items.aggregate([{ $group: { _id: null, sum: { $sum: '$n' } } }]).toArray()).toMatchObject([
        { sum: 13 },
      ]);
      expect(await items.findOneAndUpdate({ n: 1 }, { $inc: { n: 1 } }, { returnDocument: 'after' })).toMatchObject({
        n: 2,
      });
      await expect(items.insertOne({ _id: ids[0] ?? new ObjectId(), n: 0 })).rejects.toThrow(MongoServerError);
    } finally {
      await client?.close();
      await mongo.stop();
    }
  });
});
