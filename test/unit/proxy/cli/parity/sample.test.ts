import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import { readSample } from '../../../../../proxy/parity/sample/sample-file';
import { runBanyan } from '../../../../support/run-banyan';
import { startTestMongo, type TestMongo } from '../../../../support/test-mongo';

const CONFIG = (sample: string) => `
const answer = { statusCode: 500, headers: {}, body: '' };
module.exports = {
  app: './app.js',
  session: { cookieName: 'sid', secrets: ['a secret'], store: { format: 'connect-mongo' } },
  identity: { fromSession: () => undefined, parse: () => undefined },
  authenticators: [{ name: 'session', authenticate: () => undefined }],
  responses: { headers: {}, unauthorized: answer, forbidden: answer, internalError: answer },
  parity: { identities: { anonymous: { kind: 'anonymous' } }, sample: ${sample} },
};`;

describe('banyan parity sample', () => {
  let folder: string;
  let mongo: TestMongo;
  let configs = 0;

  beforeAll(async () => {
    mongo = await startTestMongo();
    const client = await MongoClient.connect(mongo.uri);
    await client
      .db()
      .collection('people')
      .insertMany([
        { name: 'Margaret Canary', role: 'member' },
        { name: null, role: 'guest' },
      ]);
    await client.close();
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-sample-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
    await mongo.stop();
  });

  const sample = async (config: string, ...more: string[]) => {
    // A module is loaded once.
    const file = path.join(folder, `${(configs += 1)}.js`);
    await writeFile(file, CONFIG(config));
    return runBanyan(['parity', 'sample', ...more, '--config', file], {
      MONGODB_URI: mongo.uri,
    });
  };

  it('writes what the configuration names, redacted, for its user alone, and says how much', async () => {
    const out = path.join(folder, 'sample.json');
    const config = `{ collections: { people: ['role'] }, file: 'sample.json' }`;
    const first = await sample(config);
    expect([first.exitCode, first.err]).toEqual([0, '']);
    expect(first.out).toContain('people: 2 documents of 2 read, of about 2; 2 shapes');
    expect(first.out).toContain('redacted: _id, name\n');
    expect(await readFile(out, 'utf8')).not.toContain('Canary');
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    const documents = readSample({ path: out, isDefault: false }).get('people') ?? [];
    expect(documents.map(({ role }) => String(role)).sort()).toEqual(['guest', 'member']);
    expect((await sample(config)).err).toContain('already exists');
    expect((await sample(config, '--overwrite', '--json', '--most', '1')).out).toContain('"documents": 1\n');
  });

  it('refuses what names nothing', async () => {
    expect(await sample('undefined')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('names no collection') as string,
    });
    expect((await sample(`{ collections: { people: 'role' } }`)).err).toContain('parity.sample.collections.people');
    expect((await sample(`{ collection: {} }`)).err).toContain('parity.sample');
  });
});
