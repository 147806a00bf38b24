import path from 'node:path';
import { readFileSync } from 'node:fs';
import { judgeObservations, observe, type Observation } from '../../../../proxy/parity/observe';
import { runCases } from '../../../../proxy/parity/run';
import { parseRouteTable } from '../../../../proxy/route-table/load';
import { describeDifference } from '../../../../shared/parity/exchange';
import type { ParityRun } from '../../../../shared/parity/result';
import { rulesOf } from '../../../../shared/parity/rules';
import { parseRules } from '../../../../shared/parity/rules-file';
import { ANSWER_MUTANTS } from './answer-mutants';
import { chooseCases, generated } from './choose-cases';
import { DATA_MUTANTS } from './data-mutants';
import { prepareCases, ROUTES, startStudySides, type PreparedCase, type StudySides } from './environment';
import type { Mutant, PassingRequest } from './mutant';
import { wouldAct } from './mutating-gateway';
import { TRAP_MUTANTS } from './trap-mutants';

const RULES_FILE = 'test/eventsapp/parity/rules.yml';
const RULES = parseRules(readFileSync(path.join(__dirname, '../../../..', RULES_FILE), 'utf8'), RULES_FILE);
const { match } = parseRouteTable(ROUTES, { file: 'proxy/routes.yml', lambdaAvailable: true, cohortsAvailable: true });

export const MUTANTS: readonly Mutant[] = [...TRAP_MUTANTS, ...ANSWER_MUTANTS, ...DATA_MUTANTS];

/** What became of one mutant. */
export interface MutantResult {
  readonly name: string;
  /** Cases in which the fault changed anything on the way. */
  readonly met: number;
  readonly caught: number;
  /** Routes on which it was caught. */
  readonly routes: readonly string[];
  /** The first difference that told. */
  readonly example: string;
}

export interface StudyOptions {
  readonly mutants: readonly Mutant[];
  /** Cases that every mutant is tried with: part from the suites, part generated. */
  readonly cases: number;
  readonly seed: number;
  /** A mutant that so many cases have caught is not tried with more; else all are sent. */
  readonly enough?: number;
  /** Only this share of the cases, for processes beside one another: the first of three is `{ index: 0, of: 3 }`. */
  readonly part?: { readonly index: number; readonly of: number };
  /** Of cases times mutants. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Sessions are touched after five minutes; long before that the sides are started anew. */
const LONGEST_BATCH = 120_000;
const CHUNK = 100;

/** Tries every mutant with the same cases: those that anybody runs, never chosen for a mutant. */
export async function studyMutants(options: StudyOptions): Promise<readonly MutantResult[]> {
  const { mutants, cases, seed, enough = Infinity, part = { index: 0, of: 1 } } = options;
  const tallies = new Map(mutants.map((mutant) => [mutant, newTally()]));
  const chunks = chunksOf(chooseCases(cases, seed)).filter((_chunk, i) => i % part.of === part.index);
  const total = chunks.flat().length * mutants.length;
  let done = 0;
  for (const chunk of chunks) {
    let sides: StudySides | undefined;
    let prepared: readonly PreparedCase[] = [];
    let begun = 0;
    try {
      for (const [mutant, tally] of tallies) {
        if (tally.caught < enough) {
          if (sides === undefined || performance.now() - begun > LONGEST_BATCH) {
            await sides?.close();
            sides = undefined;
            begun = performance.now();
            sides = await startStudySides();
            prepared = await prepareCases(sides, chunk);
            await expectNoAlarm(sides, prepared);
          }
          await tryMutant(mutant, sides, prepared, tally, enough);
        }
        done += chunk.length;
        options.onProgress?.(done, total);
      }
    } finally {
      await sides?.close();
    }
  }
  return [...tallies].map(([{ name }, tally]) => ({ name, ...tally, routes: [...tally.routes] }));
}

interface Tally {
  met: number;
  caught: number;
  example: string;
  readonly routes: Set<string>;
}

const newTally = (): Tally => ({ met: 0, caught: 0, example: '', routes: new Set() });

/** Runs generated cases on sides without a fault: whatever it finds is a false alarm. */
export async function studyFalseAlarms(
  cases: number,
  seed: number,
  onProgress?: (done: number, total: number) => void,
): Promise<ParityRun> {
  const { ready, close } = await startStudySides();
  const planned = generated(cases, seed);
  let done = 0;
  try {
    return await runCases(planned, {
      ...ready,
      rules: RULES,
      routes: [],
      complete: 'nothing',
      now: () => new Date(),
      onResult: () => onProgress?.((done += 1), planned.length),
    });
  } finally {
    await close();
  }
}

/** Sends every case without a fault: one that differs then would prove nothing. */
async function expectNoAlarm(sides: StudySides, cases: readonly PreparedCase[]): Promise<void> {
  sides.gateway.takePassed();
  for (const prepared of cases) {
    const sign = await signOf(sides, prepared);
    if (sign !== undefined) throw new Error(`a case differs without a fault: ${sign}`);
    prepared.passed = sides.gateway.takePassed();
  }
}

/**
 * A case in which the fault changes nothing on its way is not sent: that it finds nothing then is known from the run without
 * a fault.
 */
async function tryMutant(
  mutant: Mutant,
  sides: StudySides,
  cases: readonly PreparedCase[],
  tally: Tally,
  enough: number,
): Promise<void> {
  const { gateway } = sides;
  gateway.mutant = mutant;
  for (const prepared of cases) {
    if (tally.caught >= enough) break;
    const goesPast = mutant.pastProxy?.(passing(prepared.control), isListed(prepared.control)) === true;
    if (!goesPast && !prepared.passed.some((passed) => wouldAct(mutant, passed))) continue;
    gateway.hasActed();
    const sign = await signOf(sides, prepared, goesPast);
    if (gateway.hasActed() || goesPast) tally.met += 1;
    if (sign === undefined) continue;
    tally.caught += 1;
    tally.routes.add(prepared.sourced.route);
    tally.example ||= sign;
  }
  gateway.mutant = undefined;
  gateway.takePassed();
}

/** Sends a case, with the credentials and data of the control's; what tells the candidate from the control, if anything. */
async function signOf(
  { ready, gatewayUrl }: StudySides,
  { sourced, control }: PreparedCase,
  goesPast = false,
): Promise<string | undefined> {
  const { candidate, knownValues, proxy } = ready.context;
  const found = await observe(goesPast ? { ...candidate, url: gatewayUrl } : candidate, control.request);
  const { differences } = await judgeObservations(control, found, {
    rules: rulesOf(RULES, { name: sourced.route }),
    identity: sourced.identity,
    ...(knownValues && { knownValues }),
  });
  // What did not come through the proxy has no line in its log.
  const failure = goesPast ? undefined : proxy?.lastAnswer()?.failure;
  const [first] = differences;
  const what = first !== undefined ? describeDifference(first) : failure && `lambda failed (${failure})`;
  return what && `${control.request.method} ${control.request.path.slice(0, 60)}: ${what}`;
}

function chunksOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(all.length / CHUNK);
  return Array.from({ length: count }, (_, i) => all.slice(i * CHUNK, (i + 1) * CHUNK));
}

function passing({ request: { method, path: at, headers, body } }: Observation): PassingRequest {
  return { method, path: at, headers, body: Buffer.from(body ?? '') };
}

function isListed({ request: { method, path: at } }: Observation): boolean {
  return match(method, at.split('?', 1)[0] ?? '') !== undefined;
}
