import { readFileSync } from 'node:fs';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import banyan from '../../../../banyan.config';
import type { Credentials } from '../../../../proxy/parity/credentials';
import { withStarted } from '../../../../proxy/parity/environment';
import { loadSuites } from '../../../../proxy/parity/load-cases';
import { planCases } from '../../../../proxy/parity/plan';
import { runCases, type PlannedCase } from '../../../../proxy/parity/run';
import { takeSample } from '../../../../proxy/parity/sample/take-sample';
import { worldIdentity, type World } from '../../../../proxy/parity/world';
import { worldCases } from '../../../../proxy/parity/world-cases';
import { startSharedClock } from './clock';
import type { CaseResult } from '../../../../shared/parity/result';
import { parseRules } from '../../../../shared/parity/rules-file';
import startParitySystem from '../system';

const ROOT = path.join(__dirname, '../../../..');
const RULES = 'test/eventsapp/parity/rules.yml';
/** How long a run takes by its own clock. */
const SPAN_MS = 20 * 60_000;
const AGED = 'session past touchAfter';

/** The demo data is made relative to the clock, so each begins with other documents. */
export interface DataSet {
  readonly name: string;
  readonly begins: string;
}

export const DATA_SETS: readonly DataSet[] = [
  { name: 'an afternoon in summer', begins: '2026-06-15T13:00:00Z' },
  { name: 'over the end of a year', begins: '2026-12-31T23:50:00Z' },
  { name: 'over the end of an ISO year', begins: '2027-01-03T23:50:00Z' },
  { name: 'into a leap day', begins: '2028-02-28T23:50:00Z' },
];

export interface Outcome {
  readonly compared: number;
  readonly accepted: number;
  readonly falseAlarms: readonly { readonly route: string; readonly result: CaseResult }[];
  /** Whose requests have extended a session on legacy, with how many. */
  readonly extended: ReadonlyMap<string, number>;
  readonly ended: string;
}

/**
 * Compares two sides without a fault for twenty minutes of their own clock, the sessions of all who log in being older than `touchAfter`.
 *
 * @param choose what is sent, from the suites and what the run's world adds
 */
export async function study(
  { name, begins }: DataSet,
  choose: (cases: {
    readonly ofWorld: readonly PlannedCase[];
    readonly odd: readonly PlannedCase[];
    readonly planned: (generate: number) => readonly PlannedCase[];
  }) => readonly PlannedCase[],
): Promise<Outcome> {
  const clock = startSharedClock();
  const stops: (() => Promise<unknown>)[] = [() => Promise.resolve().then(clock.close)];
  try {
    const begin = Date.parse(begins);
    clock.set(new Date(begin));
    const run = `alarms_${process.pid}_${name.replaceAll(' ', '_')}`;
    const started = await startParitySystem({ run, env: { PATH: process.env['PATH'] } });
    stops.push(() => started.close());
    const client = await MongoClient.connect(started.control.mongodbUri);
    stops.push(() => client.close());
    const sampled = await takeSample(client.db(), { banyan, most: 5 });
    const sample = new Map(sampled.map(({ name: collection, documents }) => [collection, documents]));
    const suites = loadSuites(['test/eventsapp/cases'], ROOT);
    const routes = readFileSync(path.join(ROOT, 'proxy/routes.yml'), 'utf8');
    const {
      context,
      sides,
      world = new Map(),
      odd,
    } = await withStarted(
      started,
      { banyan, direct: false, routes, sample, oddDocuments: { suites, each: 6, seed: 1 } },
      suites,
      stops,
    );
    const identities = Object.keys(banyan.parity.identities);
    const cases = choose({
      ofWorld: worldCases(suites, world),
      odd: odd?.cases ?? [],
      planned: (generate) => planCases(suites, { generate, seed: begin / 1_000, identities, isolated: true }).cases,
    });
    const credentials = new Map([...context.credentials, ...aged(world, context.credentials)]);
    const extended = new Map<string, number>();
    let sent = 0;
    const {
      totals,
      routes: results,
      finishedAt,
    } = await runCases(cases, {
      context: { ...context, credentials },
      sides,
      rules: parseRules(readFileSync(path.join(ROOT, RULES), 'utf8'), RULES),
      routes: [],
      complete: 'nothing',
      now: () => new Date(),
      onRan({ control }, { identity }) {
        if (control.changes.some(({ collection, kind }) => `${collection} ${kind}` === 'sessions updated'))
          extended.set(identity, (extended.get(identity) ?? 0) + 1);
        sent += 1;
        const due = begin + (SPAN_MS * sent) / cases.length;
        if (due > Date.now()) clock.set(new Date(due));
      },
    });
    const falseAlarms = results.flatMap(({ route, cases: all }) =>
      all.filter(({ verdict }) => verdict === 'different').map((result) => ({ route, result })),
    );
    const compared = totals.cases - totals.skipped;
    return { compared, accepted: totals.accepted, falseAlarms, extended, ended: finishedAt };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** Who logs in has a session older than `touchAfter`, whatever is sent. */
function aged(
  world: World,
  credentials: ReadonlyMap<string, Credentials>,
): readonly (readonly [string, Credentials])[] {
  return [...world.keys()].flatMap((name) => {
    const old = credentials.get(worldIdentity(name, AGED));
    return old === undefined ? [] : [[name, old] as const];
  });
}
