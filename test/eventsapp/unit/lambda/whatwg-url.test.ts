import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { toUSVString } from 'node:util';
import fc from 'fast-check';
import * as mongodb from 'mongodb';
import { bundle } from '../../support/bundle';

/** What a client made of a connection string: all that connecting goes by. */
function understood(driver: Pick<typeof mongodb, 'MongoClient'>, uri: string): unknown {
  try {
    const { hosts, srvHost, credentials, dbName, tls, replicaSet, ...rest } = new driver.MongoClient(uri).options;
    const { retryReads, retryWrites, maxPoolSize, compressors, appName, readPreference } = rest;
    return JSON.parse(
      JSON.stringify({
        hosts: hosts.map(String),
        ...{
          srvHost,
          credentials,
          dbName,
          tls,
          replicaSet,
          retryReads,
          retryWrites,
          maxPoolSize,
          compressors,
          appName,
        },
        readPreference: readPreference.mode,
      }),
    ) as unknown;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // Node words it "Invalid URL", whatwg-url adds the text.
    return { error: error.name, message: error.message.replace(/^Invalid URL:.*$/s, 'Invalid URL') };
  }
}

describe('the driver with Node’s URL, as every function holds it', () => {
  let folder: string;
  let deployed: typeof mongodb;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-driver-'));
    const outfile = path.join(folder, 'driver.js');
    const bytes = await bundle({ of: { code: "module.exports = require('mongodb')" }, outfile });
    expect(bytes).toBeLessThan(800_000);
    deployed = createRequire(__filename)(outfile) as typeof mongodb;
  });
  afterAll(() => rm(folder, { recursive: true }));

  const compare = (uri: string): unknown => {
    const expected = understood(mongodb, uri);
    expect(understood(deployed, uri)).toEqual(expected);
    return expected;
  };

  it.each([
    'mongodb://127.0.0.1:27017/eventsapp',
    'mongodb+srv://app:p%40ss%3Aw%2Frd@cluster0.abc12.mongodb.net/eventsapp?retryWrites=true&w=majority&appName=banyan',
    'mongodb+srv://cluster0.abc12.mongodb.net/?authMechanism=MONGODB-X509&authSource=%24external&tls=true',
    'mongodb://app:secret@a.example:27017,b.example:27018,c.example/eventsapp?replicaSet=rs0&authSource=admin',
    'mongodb://app:p%C3%A4ss%20word@h/db?authMechanism=SCRAM-SHA-256',
    'mongodb://app:secret@h/db?authMechanism=SCRAM-SHA-1',
    'mongodb://[::1]:27017,[fe80::1]/db?tls=false',
    'mongodb://%2Ftmp%2Fmongodb-27017.sock/db',
    'mongodb://h/db?READPREFERENCE=secondaryPreferred&maxpoolsize=3&compressors=zlib,none',
    'mongodb://h/db?readPreferenceTags=dc:ny,rack:1&readPreferenceTags=&readPreference=nearest',
    'mongodb://h/a%20b',
    'mongodb://h/?appName=a+b',
  ])('understands %s', (uri) => {
    expect(compare(uri)).not.toHaveProperty('error');
  });

  it.each([
    'mongodb://',
    'http://h/db',
    'mongodb://a:b@c@d/db',
    'mongodb://a:b:c@h/db',
    'mongodb://:p@h/db',
    'mongodb://a%zz:b@h/db',
    'mongodb+srv://a,b/db',
    'mongodb+srv://a:27017/db',
    'mongodb://h/db?tls=perhaps',
    'mongodb://h/db?unknown=1',
    'mongodb://h:notaport/db',
    'mongodb://h/db?maxPoolSize=1&maxPoolSize=2',
  ])('refuses %s alike', (uri) => {
    expect(compare(uri)).toHaveProperty('error');
  });

  it('understands any other alike', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom('app', 'p@ss', 'ü', '%', 'a:b', '/', '?', ' '),
    );
    const encoded = text.map((value) => encodeURIComponent(toUSVString(value)));
    const raw = fc.constantFrom('app', '%', '%C3', 'ü', '@', ':', '/', '?', '#', '[', ' ', 'a%20b', '\t', '\\', '%00');
    const part = fc.oneof({ weight: 3, arbitrary: encoded }, raw);
    const host = fc.constantFrom(
      'h',
      'a.example',
      'A.Example',
      '127.0.0.1',
      '[::1]',
      'xn--bcher-kva.example',
      'bücher.example',
      'h:27017',
      'h:0',
      '%2Ftmp%2Fs.sock',
    );
    const option = fc.oneof(
      fc.constantFrom(
        'tls=true',
        'TLS=false',
        'replicaSet=rs',
        'authSource=admin',
        'appName=a+b',
        'w=1',
        'authMechanism=SCRAM-SHA-256',
        'readPreference=nearest',
      ),
      fc.tuple(fc.constantFrom('appName', 'replicaSet', 'authSource'), part).map((pair) => pair.join('=')),
    );
    const uri = fc
      .record({
        scheme: fc.constantFrom('mongodb://', 'mongodb+srv://', 'MongoDB://'),
        user: fc.option(fc.tuple(part, fc.option(part, { nil: undefined })), { nil: undefined }),
        hosts: fc.array(host, { minLength: 1, maxLength: 3 }),
        database: fc.option(part, { nil: undefined }),
        options: fc.array(option, { maxLength: 3 }),
      })
      .map(({ scheme, user, hosts, database, options }) => {
        const [name, password] = user ?? [];
        const login = name === undefined ? '' : `${name}${password === undefined ? '' : `:${password}`}@`;
        const query = options.length > 0 ? `?${options.join('&')}` : '';
        return `${scheme}${login}${hosts.join(',')}/${database ?? ''}${query}`;
      });
    let accepted = 0;
    fc.assert(
      fc.property(uri, (text) => {
        const result = compare(text);
        if (typeof result === 'object' && result !== null && !('error' in result)) accepted += 1;
      }),
      { numRuns: 2_000 },
    );
    // Otherwise only refusals would have been compared.
    expect(accepted).toBeGreaterThan(200);
  });
});
