import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { hash } from 'bcryptjs';
import { MongoClient, ObjectId } from 'mongodb';
import { runBanyan } from '../../support/run-banyan';
import { startEmbedded, type EmbeddedMongo } from '../../../shared/local/mongo';
import { FREE_PORTS } from '../support/free-ports';
import { waitFor } from '../../support/wait-for';
import { onlyOnEmbedded } from '../../support/test-mongo';

const { describe } = onlyOnEmbedded();

const ROOT = path.join(__dirname, '../../..');
const SECRET = 'the secret of the owner';
const OWN = { email: 'owner@shop.example', password: 'known to its owner' };

/** Every collection of every database: how many documents, which indexes. */
async function contentOf(client: MongoClient): Promise<unknown> {
  const { databases } = await client.db('admin').admin().listDatabases();
  const described: Record<string, unknown> = {};
  for (const { name } of databases)
    for (const collection of await client.db(name).collections())
      described[`${name}.${collection.collectionName}`] = {
        count: await collection.countDocuments(),
        indexes: (await collection.indexes()).map((index): unknown => index.name).sort(),
      };
  return described;
}

describe('a database that MONGODB_URI names', () => {
  let mongo: EmbeddedMongo;
  let client: MongoClient;
  let uri: string;

  beforeAll(async () => {
    mongo = await startEmbedded();
    uri = `mongodb://127.0.0.1:${mongo.port}/shop`;
    client = await MongoClient.connect(uri);
    const customerAccountId = new ObjectId();
    await client
      .db()
      .collection('users')
      .insertOne({
        email: OWN.email,
        fullName: 'The Owner',
        roles: ['member'],
        customerAccountId,
        passwordHash: await hash(OWN.password, 4),
        createdAt: new Date(),
      });
    await client.db().collection('orders').insertOne({ total: 12 });
  });

  afterAll(async () => {
    await client.close();
    await mongo.stop();
  });

  it('is left as it was by npm start, until its own users do something', async () => {
    const before = await contentOf(client);
    const child = spawn(process.execPath, ['--import', 'tsx', 'proxy/cli/main.ts', 'dev'], {
      cwd: ROOT,
      env: {
        PATH: process.env['PATH'],
        ...FREE_PORTS,
        MONGODB_URI: uri,
        SESSION_SECRET: SECRET,
        // As a shell may export them: of all servers only the proxy follows HOST, and nothing asks AWS.
        HOST: '0.0.0.0',
        AWS_PROFILE: 'production',
        AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const exit = once(child, 'exit');
    try {
      await waitFor('the start', () => output.includes('Try it') || child.exitCode !== null, 30_000);
      expect(output).toMatch(/MongoDB {3}MONGODB_URI is set \(127\.0\.0\.1:\d+\); used as it is: not seeded/);
      expect(output).not.toMatch(/Demo users \(|organiser@example\.com|correct horse/);
      expect(output.match(/^ {2}(?:proxy|dashboard|monolith|gateway|Lambda|SQS) +http:\/\/[\d.]+/gm)).toEqual([
        '  proxy     http://0.0.0.0',
        ...['dashboard', 'monolith', 'gateway', 'Lambda', 'SQS'].map((name) => `  ${name.padEnd(9)} http://127.0.0.1`),
      ]);

      // What a health check and a stranger do, and what the commands that only read do, for longer than the ledger's pause.
      const proxy = `http://127.0.0.1:${/proxy +http:\/\/0\.0\.0\.0:(\d+)/.exec(output)?.[1] ?? ''}`;
      for (const at of ['/healthz', '/api/events']) await (await fetch(`${proxy}${at}`)).text();
      const state = /MONGODB_URI=(\S+) npm run .* status/.exec(output)?.[1] ?? '';
      expect(state).not.toContain(String(mongo.port));
      const written = new MongoClient(state);
      try {
        await waitFor('the ledger of this run', async () => {
          const routes = await written.db().collection('banyanRoutes').countDocuments();
          return routes > 0;
        });
      } finally {
        await written.close();
      }
      expect(await contentOf(client)).toEqual(before);

      const login = await fetch(`${proxy}/api/auth/login`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(OWN),
      });
      expect(login.status).toBe(200);
      expect(await client.db().collection('sessions').countDocuments()).toBe(1);
    } finally {
      child.kill('SIGINT');
      await exit;
    }
  }, 60_000);

  it.each(['status', 'session doctor', 'session inspect s:unknown.signature', 'check'])(
    'is only read by banyan %s',
    async (command) => {
      const before = await contentOf(client);
      await runBanyan(command.split(' '), { MONGODB_URI: uri, SESSION_SECRET: SECRET });
      expect(await contentOf(client)).toEqual(before);
    },
  );

  it('is not used by parity run --isolated, which works on data of its own', async () => {
    const commands: string[] = [];
    // What the driver of this test asks by itself is left out.
    const stop = mongo.onCommand(({ command }) => command !== 'hello' && command !== 'ping' && commands.push(command));
    const argv = ['parity', 'run', '--isolated', '--route', 'list-events', '--json'];
    const { exitCode, out } = await runBanyan(argv, { PATH: process.env['PATH'], MONGODB_URI: uri });
    stop();
    expect([exitCode, out.length > 0]).toEqual([0, true]);
    expect(commands).toEqual([]);
  }, 60_000);
});
