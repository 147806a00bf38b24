import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from 'mongodb';
import { oneLine } from '../../shared/printable';
import { readRevision } from '../overrides/store';
import { EXPECTED } from './acknowledge';
import { readProxies, type SeenProxy } from './heartbeat';

/** In what proxies must agree. */
const TRAITS = {
  version: ({ version }) => version,
  'legacy build': ({ builds }) => builds.legacy,
  'Lambda build': ({ builds }) => builds.lambda,
  'route table': ({ routes }) => routes,
} as const satisfies Record<string, (proxy: SeenProxy) => string>;
const TRAIT_NAMES = Object.keys(TRAITS) as (keyof typeof TRAITS)[];

export interface FleetMember extends SeenProxy {
  /** `silent`: without a heartbeat for three beats and more; `lost`: for so long that it is no longer counted. */
  readonly state: 'running' | 'silent' | 'lost';
  /** In what it differs from most of those that run; from which of two is not known, so then both differ. */
  readonly differs: readonly (keyof typeof TRAITS | 'overrides')[];
}

/** Every proxy that was seen within a day. */
export interface Fleet {
  readonly running: number;
  /** Running or silent. */
  readonly expected: number;
  /** None of the running ones differs. */
  readonly agree: boolean;
  /** Of the overrides that are stored. */
  readonly revision: number;
  readonly proxies: readonly FleetMember[];
}

/** ms without a heartbeat after which a proxy has stopped, or cannot reach MongoDB: three beats are missing. */
export const SILENT = 7_000;

/** Who runs, and who differs in what. Pure. */
export function judgeFleet(seen: readonly SeenProxy[], revision: number): Fleet {
  const stateOf = ({ age }: SeenProxy): FleetMember['state'] =>
    age <= SILENT ? 'running' : age <= EXPECTED ? 'silent' : 'lost';
  const runs = seen.filter((proxy) => stateOf(proxy) === 'running');
  const usual = new Map(TRAIT_NAMES.map((name) => [name, mostCommon(runs.map(TRAITS[name]))]));
  const proxies = seen.map((proxy): FleetMember => {
    const differs = TRAIT_NAMES.filter((name) => runs.length > 0 && TRAITS[name](proxy) !== usual.get(name));
    const follows = proxy.revision !== null && proxy.revision >= revision;
    return { ...proxy, state: stateOf(proxy), differs: follows ? differs : [...differs, 'overrides'] };
  });
  return {
    running: runs.length,
    expected: proxies.filter(({ state }) => state !== 'lost').length,
    agree: proxies.every(({ state, differs }) => state !== 'running' || differs.length === 0),
    revision,
    proxies,
  };
}

/** Undefined where two are equally common. */
function mostCommon(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [first, second] = [...counts].sort(([, a], [, b]) => b - a);
  return first?.[1] === second?.[1] ? undefined : first?.[0];
}

/** How many run, and a line for each that is silent or differs. Names come from the database. Pure. */
export function describeFleet({ running, expected, agree, revision, proxies }: Fleet): readonly string[] {
  if (expected === 0) return ['no proxy seen in this database'];
  const noun = expected === 1 ? 'proxy' : 'proxies';
  return [
    `${running} of ${expected} ${noun} running${agree ? (running > 1 ? ', and they agree' : '') : ', AND THEY DISAGREE'}`,
    ...proxies.flatMap((proxy) => {
      const { name, host, port, state, differs, age } = proxy;
      const values = differs.map((trait) => `${trait} (${oneLine(valueOf(trait, proxy, revision), 30)})`);
      const notes = [
        ...(state === 'silent' ? [`no heartbeat for ${Math.round(age / 1000)} s`] : []),
        ...(differs.length === 0 ? [] : [`differs in ${values.join(', ')}`]),
      ];
      if (state === 'lost' || notes.length === 0) return [];
      return [`${oneLine(name, 60)} (${oneLine(host, 60)}:${port}): ${notes.join('; ')}`];
    }),
  ];
}

function valueOf(trait: FleetMember['differs'][number], proxy: SeenProxy, revision: number): string {
  if (trait !== 'overrides') return TRAITS[trait](proxy);
  return proxy.revision === null ? 'unknown there' : `revision ${proxy.revision} of ${revision}`;
}

/** Reads the heartbeats and judges them. Throws the driver's error. */
export async function readFleet(db: Db): Promise<Fleet> {
  // The revision first: a proxy that followed a later one meanwhile follows this one too.
  const revision = await readRevision(db);
  return judgeFleet(await readProxies(db), revision);
}

/** ms for which what was read is shown again. */
const FRESH = 1_000;
/** ms that a page waits. */
const PATIENCE = 1_000;

/** The fleet for pages that ask often; null while MongoDB does not answer, which is asked once at a time, however many look. */
export function watchFleet(connect: () => Promise<Db>): () => Promise<Fleet | null> {
  let asked = -Infinity;
  let isReading = false;
  let read: Promise<Fleet | null> = Promise.resolve(null);
  return () => {
    if (!isReading && performance.now() - asked > FRESH) {
      asked = performance.now();
      isReading = true;
      read = connect()
        .then(readFleet)
        .catch(() => null)
        .finally(() => (isReading = false));
    }
    return Promise.race([read, delay(PATIENCE, null, { ref: false })]);
  };
}
