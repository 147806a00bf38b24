import { readFileSync } from 'node:fs';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import banyan from '../../../banyan.config';
import { withStarted, type ReadySides } from '../../../proxy/cli/parity/environment';
import { generateCases } from '../../../proxy/cli/parity/generate/generate';
import { seededRandom } from '../../../proxy/cli/parity/generate/random';
import { loadSuites } from '../../../proxy/cli/parity/load-cases';
import { judgeObservations, observe, requestOf, type Observation } from '../../../proxy/cli/parity/observe';
import { casesOf } from '../../../proxy/cli/parity/plan';
import { runCases } from '../../../proxy/cli/parity/run';
import { parseRouteTable } from '../../../proxy/route-table/load';
import type { SourcedCase } from '../../../shared/parity/case';
import { describeDifference } from '../../../shared/parity/exchange';
import type { ParityRun } from '../../../shared/parity/result';
import { rulesOf } from '../../../shared/parity/rules';
import { parseRules } from '../../../shared/parity/rules-file';
import { startParitySystem } from '../system';
import { ANSWER_MUTANTS } from './answer-mutants';
import { DATA_MUTANTS } from './data-mutants';
import type { Mutant, PassingRequest } from './mutant';
import { startMutatingGateway, type MutatingGateway } from './mutating-gateway';
import { TRAP_MUTANTS } from './trap-mutants';

const ROOT = path.join(__dirname, '../../..');
const ROUTES = readFileSync(path.join(ROOT, 'proxy/routes.yml'), 'utf8');
const RULES = parseRules(readFileSync(path.join(ROOT, 'test/parity/rules.yml'), 'utf8'), 'test/parity/rules.yml');
const { match } = parseRouteTable(ROUTES, { file: 'proxy/routes.yml', lambdaAvailable: true, cohortsAvailable: true });

export const MUTANTS: readonly Mutant[] = [...TRAP_MUTANTS, ...ANSWER_MUTANTS, ...DATA_MUTANTS];

/** What became of one mutant. */
export interface MutantResult {
  readonly name: string;
  /** Cases in which the fault changed anything on the way. */
  readonly met: number;
  readonly caught: number;
  /** Routes on which it was caught. */
  readonly routes: number;
  /** The first difference that told. */
  readonly example: string;
}

export interface StudyOptions {
  readonly mutants: readonly Mutant[];
  /** Cases that every mutant is tried with: part from the suites, part generated. */
  readonly cases: number;
  readonly seed: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Sessions are touched after five minutes; long before that the sides are started anew. */
const LONGEST_BATCH = 120_000;
const CHUNK = 100;

interface Environment {
  readonly ready: Omit<ReadySides, 'close'>;
  readonly gateway: MutatingGateway;
  /** Of the gateway itself. */
  readonly gatewayUrl: string;
  readonly cases: readonly PreparedCase[];
  close(): Promise<void>;
}

interface PreparedCase {
  readonly sourced: SourcedCase;
  readonly control: Observation;
}

/** Tries every mutant with the same cases: those that anybody runs, never chosen for a mutant. */
export async function studyMutants({
  mutants,
  cases,
  seed,
  onProgress,
}: StudyOptions): Promise<readonly MutantResult[]> {
  const tallies = new Map(mutants.map(({ name }) => [name, newTally()]));
  const chosen = chooseCases(cases, seed);
  for (let from = 0; from < chosen.length; from += CHUNK) {
    const chunk = chosen.slice(from, from + CHUNK);
    let environment: Environment | undefined;
    let begun = 0;
    for (const mutant of mutants) {
      if (environment === undefined || performance.now() - begun > LONGEST_BATCH) {
        await environment?.close();
        begun = performance.now();
        environment = await prepare(chunk);
      }
      await tryMutant(mutant, environment, tallies.get(mutant.name) ?? newTally());
    }
    await environment?.close();
    onProgress?.(Math.min(from + CHUNK, chosen.length), chosen.length);
  }
  return [...tallies].map(([name, { met, caught, routes, example }]) => ({
    name,
    met,
    caught,
    routes: routes.size,
    example,
  }));
}

interface Tally {
  met: number;
  caught: number;
  example: string;
  readonly routes: Set<string>;
}

const newTally = (): Tally => ({ met: 0, caught: 0, example: '', routes: new Set() });

/** Runs generated cases on sides without a fault: whatever it finds is a false alarm. */
export async function studyFalseAlarms(cases: number, seed: number): Promise<ParityRun> {
  const { ready, close } = await start();
  try {
    return await runCases(generated(cases, seed), {
      ...ready,
      rules: RULES,
      routes: [],
      complete: 'nothing',
      now: () => new Date(),
    });
  } finally {
    await close();
  }
}

async function tryMutant(
  mutant: Mutant,
  { ready, gateway, gatewayUrl, cases }: Environment,
  tally: Tally,
): Promise<void> {
  gateway.mutant = mutant;
  gateway.hasActed();
  const { candidate, knownIds } = ready.context;
  for (const { sourced, control } of cases) {
    const goesPast = mutant.pastProxy?.(passing(control), isListed(control)) === true;
    const found = await observe(goesPast ? { ...candidate, url: gatewayUrl } : candidate, control.request);
    if (gateway.hasActed() || goesPast) tally.met += 1;
    const { differences } = await judgeObservations(control, found, {
      rules: rulesOf(RULES, { name: sourced.route }),
      identity: sourced.identity,
      ...(knownIds && { knownIds }),
    });
    const failure = ready.context.proxy?.lastAnswer()?.failure;
    if (differences.length === 0 && failure === undefined) continue;
    tally.caught += 1;
    tally.routes.add(sourced.route);
    const [first] = differences;
    tally.example ||= `${control.request.method} ${control.request.path.slice(0, 60)}: ${first === undefined ? `lambda failed (${failure ?? ''})` : describeDifference(first)}`;
  }
  gateway.mutant = undefined;
}

/** Starts sides and asks the control once for each case; a case that differs without a fault would prove nothing. */
async function prepare(cases: readonly SourcedCase[]): Promise<Environment> {
  const started = await start();
  const { control, credentials } = started.ready.context;
  const prepared: PreparedCase[] = [];
  for (const sourced of cases) {
    const request = await requestOf(sourced.parityCase, credentials.get(sourced.identity) ?? {}, control);
    prepared.push({ sourced, control: await observe(control, request) });
  }
  const environment = { ...started, cases: prepared };
  const alarms = newTally();
  await tryMutant({ name: 'none' }, environment, alarms);
  if (alarms.caught > 0) {
    await started.close();
    throw new Error(`${alarms.caught} cases differ without a fault, the first: ${alarms.example}`);
  }
  return environment;
}

async function start(): Promise<Omit<Environment, 'cases'>> {
  const stops: (() => Promise<unknown>)[] = [];
  const system = await startParitySystem({ run: `study_${process.pid}`, env: { PATH: process.env['PATH'] } });
  stops.push(() => system.close());
  const client = await MongoClient.connect(system.candidate.mongodbUri);
  stops.push(() => client.close());
  const gatewayUrl = system.candidate.url;
  const gateway = await startMutatingGateway(gatewayUrl, client.db());
  stops.push(() => gateway.close());
  const sides = { ...system, candidate: { ...system.candidate, url: gateway.url } };
  const ready = await withStarted(sides, { banyan, direct: false, routes: ROUTES }, suites(), stops);
  const close = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  return { ready, gateway, gatewayUrl, close };
}

const suites = () => loadSuites(['test/parity/cases'], ROOT);
const known = (): readonly SourcedCase[] => suites().flatMap((suite) => casesOf(suite, true));
const identities = Object.keys(banyan.parity.identities);

function generated(count: number, seed: number): readonly SourcedCase[] {
  return generateCases(known(), { count, seed, identities, writes: true });
}

/** All of the suites and generated ones, or a sample of as many from each route. */
function chooseCases(count: number, seed: number): readonly SourcedCase[] {
  const all = known();
  if (count >= all.length) return [...all, ...generated(count - all.length, seed)];
  const random = seededRandom(seed);
  const shuffled = all.map((one) => ({ one, at: random.next() })).sort((a, b) => a.at - b.at);
  const fromSuites = Math.floor(count / 2);
  return [...shuffled.slice(0, fromSuites).map(({ one }) => one), ...generated(count - fromSuites, seed)];
}

function passing({ request: { method, path: at, headers, body } }: Observation): PassingRequest {
  return { method, path: at, headers, body: Buffer.from(body ?? '') };
}

function isListed({ request: { method, path: at } }: Observation): boolean {
  return match(method, at.split('?', 1)[0] ?? '') !== undefined;
}
