import { MongoClient, type Db } from 'mongodb';
import { pino } from 'pino';
import request from 'supertest';
import { loadConfig } from '../../../../../legacy/config';
import { startServer, type RunningServer } from '../../../../../legacy/server';
import { DEMO_PASSWORD, seedDemoData } from '../../../seed';
import { startTestMongo } from '../../../../support/test-mongo';

/** What time it is for the routes and the seed data. */
export const NOW = new Date('2026-11-18T12:00:00.000Z');

export interface Login {
  /** `eventsapp.sid=s%3A...`, as a cookie jar would send it. */
  readonly cookie: string;
  readonly token: string;
}

/** MongoDB with seed data and, on demand, instances of the monolith in front of it. */
export interface Eventsapp {
  readonly db: Db;
  readonly uri: string;
  readonly url: string;
  readonly server: RunningServer;
  /** Every log line of every instance. */
  readonly logLines: readonly string[];
  /** One more instance over the same database. */
  startInstance(env?: Record<string, string>, options?: { readonly clock?: () => Date }): Promise<RunningServer>;
  /** Logs a demo user in; fails if that does not work. */
  login(email: string, options?: { readonly url?: string }): Promise<Login>;
  close(): Promise<void>;
}

export async function startEventsapp(): Promise<Eventsapp> {
  const mongo = await startTestMongo();
  const client = await MongoClient.connect(mongo.uri);
  const db = client.db();
  await seedDemoData(db, { now: NOW });

  const logLines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => logLines.push(line) });
  const instances: RunningServer[] = [];
  const startInstance: Eventsapp['startInstance'] = async (env = {}, { clock = () => NOW } = {}) => {
    const config = loadConfig({
      MONGODB_URI: mongo.uri,
      SESSION_SECRET: '["secret-of-the-tests","older-secret-of-the-tests"]',
      LEGACY_PORT: '0',
      NODE_ENV: 'production',
      NOTIFICATION_POLL_MS: '20',
      ...env,
    });
    const instance = await startServer(config, { logger, clock });
    instances.push(instance);
    return instance;
  };
  const server = await startInstance();

  return {
    db,
    uri: mongo.uri,
    url: server.url,
    server,
    logLines,
    startInstance,
    async login(email, { url = server.url } = {}) {
      const response = await request(url).post('/api/auth/login').send({ email, password: DEMO_PASSWORD });
      if (response.status !== 200) throw new Error(`Login of ${email}: ${response.status} ${response.text}`);
      const setCookie = response.headers['set-cookie']?.[0] ?? '';
      const { token = '' } = response.body as { token?: string };
      return { cookie: setCookie.split(';', 1)[0] ?? '', token };
    },
    async close() {
      await Promise.all(instances.map((instance) => instance.close()));
      await client.close();
      await mongo.stop();
    },
  };
}
