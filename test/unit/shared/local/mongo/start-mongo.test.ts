import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MongoClient } from 'mongodb';
import { startEmbedded, startMongo } from '../../../../../shared/local/mongo';
import { parseConnectionString } from '../../../../../shared/local/mongo/connection-string';
import { waitFor } from '../../../../support/wait-for';

const ROOT = resolve(__dirname, '../../../../..');
const directories: string[] = [];

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A directory for PATH with a `mongod` that is the given JavaScript. */
function pathWith(script: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'banyan-test-'));
  directories.push(directory);
  const file = join(directory, 'mongod');
  writeFileSync(file, `#!${process.execPath}\n${script}`);
  chmodSync(file, 0o755);
  return directory;
}

/** Listens where a mongod would, with the embedded server behind it. */
const IMPOSTOR = `
require(${JSON.stringify(join(ROOT, 'node_modules/tsx/dist/cjs/index.cjs'))});
const { startEmbedded } = require(${JSON.stringify(join(ROOT, 'shared/local/mongo/embedded/index.ts'))});
const argument = (name) => process.argv[process.argv.indexOf(name) + 1];
require('node:fs').writeFileSync(argument('--dbpath') + '/pid', String(process.pid));
startEmbedded({ port: Number(argument('--port')) });
`;

const temporaries = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('banyan-mongod-'));

describe('the order', () => {
  test('MONGODB_URI before everything', async () => {
    const server = await startEmbedded();
    const given = `mongodb://127.0.0.1:${server.port}/mine`;
    const mongo = await startMongo({
      env: { MONGODB_URI: given, PATH: pathWith('process.exit(1)'), MONGOD_DOWNLOAD: '1' },
    });
    expect(mongo).toMatchObject({ uri: given, chosen: 'MONGODB_URI' });
    expect(mongo.faults).toBeUndefined();
    await mongo.stop();
    const client = await new MongoClient(given).connect();
    await client.close();
    await server.stop();
  });

  test('then a mongod on PATH; its data go with it', async () => {
    const before = temporaries();
    const mongo = await startMongo({ env: { PATH: pathWith(IMPOSTOR), MONGOD_DOWNLOAD: '1' } });
    expect(mongo.chosen).toBe('mongod');
    expect(mongo.why).toContain('PATH');
    const client = await new MongoClient(mongo.uri).connect();
    expect(client.db().databaseName).toBe('banyan');
    await client.db().collection('things').insertOne({ a: 1 });
    await client.close();
    const stop = performance.now();
    await mongo.stop();
    expect(performance.now() - stop).toBeLessThan(1_000);
    expect(temporaries()).toEqual(before);
    await expect(new MongoClient(mongo.uri, { serverSelectionTimeoutMS: 100 }).connect()).rejects.toThrow();
  });

  test('then a download, if asked for; one clear line when there is no network', async () => {
    // The package reads its own settings from the real environment: a mirror that refuses, and no mongod kept from before.
    const directory = mkdtempSync(join(tmpdir(), 'banyan-test-'));
    directories.push(directory);
    Object.assign(process.env, {
      MONGOMS_DOWNLOAD_MIRROR: 'https://127.0.0.1:9',
      MONGOMS_DOWNLOAD_DIR: directory,
      MONGOMS_PREFER_GLOBAL_PATH: 'false',
      MONGOMS_MAX_RETRIES: '1',
    });
    const error = await startMongo({ env: { MONGOD_DOWNLOAD: '1' } }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: 'BanyanError',
      code: 'mongod_download_failed',
      message: expect.stringMatching(/^MONGOD_DOWNLOAD=1: [^\n]*unset it[^\n]*$/) as string,
    });
  });

  test('then the embedded one', async () => {
    const mongo = await startMongo({ env: {}, databaseName: 'other' });
    expect(mongo.chosen).toBe('embedded');
    expect(mongo.why).toContain('development and tests');
    expect(new URL(mongo.uri).pathname).toBe('/other');
    expect(mongo.faults).toBeDefined();
    await mongo.stop();
  });
});

describe('what was asked for and does not work is one line', () => {
  const messageOf = async (env: Record<string, string>): Promise<string> => {
    const error = await startMongo({ env }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'BanyanError' });
    const { message, cause } = error as Error;
    expect(message).not.toContain('\n');
    expect(`${message}${String(cause)}`).not.toContain('s3cret');
    return message;
  };

  test('a host that does not answer', async () => {
    const start = performance.now();
    const message = await messageOf({ MONGODB_URI: 'mongodb://user:s3cret@127.0.0.1:9/app' });
    expect(message).toBe(
      'MONGODB_URI: no MongoDB answers at 127.0.0.1:9 within 3 s; start it or correct the host, or unset MONGODB_URI to use a local MongoDB',
    );
    expect(performance.now() - start).toBeLessThan(4_500);
  });

  test('a host that does not answer, named in .env', async () => {
    const env = { MONGODB_URI: 'mongodb://127.0.0.1:9/app' };
    await expect(startMongo({ env, isFromDotenv: true })).rejects.toThrow(
      'MONGODB_URI (from .env): no MongoDB answers at 127.0.0.1:9 within 3 s; start it or correct the host, or run "MONGODB_URI= npx banyan dev" to use a local MongoDB',
    );
  });

  test('no connection string at all', async () => {
    expect(await messageOf({ MONGODB_URI: 'postgres://user:s3cret@host/db' })).toContain(
      'mongodb://127.0.0.1:27017/shop, or unset it',
    );
  });

  test('options that the driver does not know, as left over from older ones', async () => {
    const uri = 'mongodb://user:s3cret@127.0.0.1:9/app?useNewUrlParser=true&nonsense=1';
    const message = await messageOf({ MONGODB_URI: uri });
    expect(message).toContain('127.0.0.1:9');
    expect(message).toMatch(/does not know options usenewurlparser, nonsense/);
    expect(message).not.toContain('s3cret');
  });

  test('a mongod that does not start: its last words, and nothing left', async () => {
    const before = temporaries();
    const message = await messageOf({
      PATH: pathWith("console.error('first line\\nIllegal instruction'); process.exit(4)"),
    });
    expect(message).toMatch(/mongod did not start \(Illegal instruction\); repair or remove it/);
    expect(temporaries()).toEqual(before);
  });
});

test('mongod ends with its parent, even if that is killed', async () => {
  const before = temporaries();
  const script = `require('./shared/local/mongo').startMongo({ env: { PATH: process.env.MONGOD_PATH } }).then(({ uri }) => console.log(uri));`;
  const parent = spawn(process.execPath, ['-r', 'tsx/cjs', '-e', script], {
    cwd: ROOT,
    env: { ...process.env, MONGOD_PATH: pathWith(IMPOSTOR) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(parent.stdout, 'data');
  const [directory = ''] = temporaries().filter((name) => !before.includes(name));
  const pid = execFileSync('cat', [join(tmpdir(), directory, 'pid')]).toString();
  parent.kill('SIGKILL');
  await waitFor('the data to be removed', () => !existsSync(join(tmpdir(), directory)));
  await waitFor('mongod to end', () => {
    try {
      return !process.kill(Number(pid), 0);
    } catch {
      return true;
    }
  });
});

describe('connection strings', () => {
  test.each([
    ['mongodb://localhost', 'mongodb://localhost/app'],
    ['mongodb://localhost/', 'mongodb://localhost/app'],
    ['mongodb://localhost/?w=1', 'mongodb://localhost/app?w=1'],
    ['mongodb://a:1,b:2/mine?replicaSet=r', 'mongodb://a:1,b:2/mine?replicaSet=r'],
    // Without a database the user is one of admin, and must stay so.
    ['mongodb://u:p@h', 'mongodb://u:p@h/app?authSource=admin'],
    ['mongodb://u:p@h/?w=1', 'mongodb://u:p@h/app?w=1&authSource=admin'],
    ['mongodb://u:p@h/?authSource=x', 'mongodb://u:p@h/app?authSource=x'],
    ['mongodb+srv://u:p@cluster.example.net', 'mongodb+srv://u:p@cluster.example.net/app'],
  ])('%s', (given, expected) => {
    expect(parseConnectionString(given, 'app').uriWithDatabase).toBe(expected);
  });
});
