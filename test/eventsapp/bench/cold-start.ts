/** `npm run bench:cold`: what a new instance of the authorizer and of functions takes, compared with the MongoDB driver alone in the same run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ObjectId } from 'bson';
import { MongoClient } from 'mongodb';
import { startEmbedded } from '../../../shared/local/mongo';
import { coldStarts, median, type ColdStart, type Subject } from '../../bench/cold-start';
import { SECRET } from '../../soak/banyan';
import { cookieOf, storeSessions, userIdOf } from '../../soak/sessions';
import { relay } from '../../support/relay';
import { bundle } from '../support/bundle';

const ROUNDS = 20;
/** One way, each: with a database that is further away, the difference is what the network adds. */
const DELAYS = [0, 10] as const;
const EVENT_ID = new ObjectId().toHexString();
const MEMBER = { userId: userIdOf(0), customerAccountId: 'c'.repeat(24), fullName: 'A', roles: [] };

/** Yardsticks are what a function holds that just imports these packages: `esbuild --bundle --minify`, nothing replaced. */
const AS_IT_COMES = { alias: {}, plugins: [], minify: true };
const DRIVER = { code: "require('mongodb');" };
const DRIVER_ANSWERS = {
  code: `const { MongoClient } = require('mongodb');
exports.handler = async () => {
  const client = await new MongoClient(process.env.MONGODB_URI).connect();
  return client.db().collection('sessions').findOne({ _id: 'none' });
};`,
};

type Bundle = Parameters<typeof bundle>[0];

interface Measured extends Pick<Bundle, 'of' | 'options'> {
  readonly name: string;
  readonly event?: object;
  readonly answers?: RegExp;
}

const NAMES = {
  driver: 'mongodb driver alone',
  control: 'the same again (A/A control)',
  later: 'authorizer, which connects later',
  authorizer: 'authorizer',
};
/** Of the driver alone, in processor time: a bundle that loads more than it did. */
const MOST = { later: 0.6, authorizer: 0.9 };

function subjectsOf(cookie: string): readonly Measured[] {
  const request = {
    type: 'REQUEST',
    methodArn: 'arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/dev/GET/api/private',
    httpMethod: 'GET',
    path: '/api/private',
    headers: { Cookie: cookie },
    multiValueHeaders: { Cookie: [cookie] },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { eventId: EVENT_ID },
    requestContext: { authorizer: { authenticatedBy: 'session', identity: JSON.stringify(MEMBER) } },
    body: null,
    isBase64Encoded: false,
  };
  return [
    { name: NAMES.driver, of: DRIVER, options: AS_IT_COMES },
    { name: NAMES.control, of: DRIVER, options: AS_IT_COMES },
    { name: 'driver, bundled as here', of: DRIVER_ANSWERS, event: {} },
    { name: 'driver, which connects and finds', of: DRIVER_ANSWERS, options: AS_IT_COMES, event: {} },
    { name: NAMES.later, of: { file: 'lambda/eventsapp/authorizer.ts' } },
    {
      name: NAMES.authorizer,
      of: { file: 'lambda/eventsapp/authorizer.ts' },
      event: request,
      answers: /"Effect":"Allow"/,
    },
    {
      ...{ name: 'GET /api/events/:eventId', of: { file: 'lambda/eventsapp/events/get-event.ts' }, event: request },
      answers: /"statusCode":200/,
    },
  ];
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-bench-'));
  const closing: (() => unknown)[] = [() => rm(folder, { recursive: true })];
  try {
    const mongo = await startEmbedded({});
    closing.push(() => mongo.stop());
    const client = await MongoClient.connect(`mongodb://127.0.0.1:${mongo.port}/bench?directConnection=true`);
    closing.push(() => client.close());
    await storeSessions(client.db(), 1);
    const now = new Date();
    await client
      .db()
      .collection('events')
      .insertOne({
        ...{ _id: new ObjectId(EVENT_ID), customerAccountId: new ObjectId(MEMBER.customerAccountId), title: 'A' },
        ...{ description: '', status: 'published', tags: [], venue: null, startsAt: now, endsAt: null, capacity: null },
        ...{ createdBy: new ObjectId(MEMBER.userId), createdAt: now, updatedAt: now },
      });
    const measured = subjectsOf(cookieOf(0).Cookie.replace('connect.sid', 'eventsapp.sid'));
    const sizes = new Map<string, number>();
    for (const [index, { name, of, options = {} }] of measured.entries())
      sizes.set(name, await bundle({ of, options, outfile: path.join(folder, `${index}.js`) }));
    const byDelay: Map<string, readonly ColdStart[]>[] = [];
    for (const delay of DELAYS) {
      const between = await relay(() => mongo.port, { delay });
      closing.push(() => between.close());
      const env = {
        MONGODB_URI: `mongodb://127.0.0.1:${between.port}/bench?directConnection=true`,
        SESSION_SECRET: SECRET,
      };
      const subjects: readonly Subject[] = measured.map(({ name, event, answers }, index) => ({
        name,
        file: path.join(folder, `${index}.js`),
        // Without a database it has nothing to connect to.
        env: name === NAMES.later ? { SESSION_SECRET: SECRET } : env,
        event,
        answers,
      }));
      byDelay.push(await coldStarts(subjects, ROUNDS));
    }
    report(measured, sizes, byDelay);
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

function report(
  measured: readonly Measured[],
  sizes: ReadonlyMap<string, number>,
  [near, far]: readonly ReadonlyMap<string, readonly ColdStart[]>[],
): void {
  const of = (runs: typeof near, name: string, figure: keyof ColdStart): number =>
    median((runs?.get(name) ?? []).map((run) => run[figure]));
  const driver = of(near, NAMES.driver, 'loadCpu');
  const row = (name: string, ...cells: readonly string[]): string =>
    [name.padEnd(36), ...cells.map((cell) => cell.padStart(9))].join(' ');
  const ms = (value: number): string => value.toFixed(1);
  console.log(
    `node ${process.version}, ${process.platform} ${process.arch}; medians of ${ROUNDS} processes each, in turns; ms\n`,
  );
  console.log(row('', 'size', 'load', 'CPU', 'ratio', 'answered', 'CPU', 'trips'));
  for (const { name, event } of measured) {
    const load = of(near, name, 'loadCpu');
    const answered = of(near, name, 'answered');
    const trips = (of(far, name, 'answered') - answered) / (2 * (DELAYS[1] - DELAYS[0]));
    console.log(
      row(
        name,
        `${Math.round((sizes.get(name) ?? NaN) / 1_000)} kB`,
        ms(of(near, name, 'load')),
        ms(load),
        (load / driver).toFixed(2),
        ...(event === undefined ? [] : [ms(answered), ms(of(near, name, 'answeredCpu')), trips.toFixed(1)]),
      ),
    );
  }
  const ratioOf = (name: string): number => of(near, name, 'loadCpu') / driver;
  const [later, authorizer] = [ratioOf(NAMES.later), ratioOf(NAMES.authorizer)];
  console.log(`
ratio: processor time of loading, against the driver alone; two equal bundles: ${ratioOf(NAMES.control).toFixed(2)}.
answered: from the beginning of loading until the first answer, MongoDB on the same machine. trips: round trips to MongoDB until then,
each of which adds what one takes in your network (measured with ${DELAYS[1]} ms each way; TLS and a login add theirs).
authorizer: ${later.toFixed(2)} of the driver alone to load (allowed ${MOST.later}), ${authorizer.toFixed(2)} with the connection begun (allowed ${MOST.authorizer})`);
  if (later > MOST.later || authorizer > MOST.authorizer) process.exitCode = 1;
}

void main();
