import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hiddenBy } from '../../shared/parity/propose-rule';
import { rulesOfNamed } from '../../shared/parity/rules';
import { readRules } from '../../shared/parity/rules-file';
import { prepareSides, type ReadySides } from './environment';
import { addedLines, addRules, RouteNoise, type Noise, type Unlearnable } from './learn';
import { observe, requestOf, type Observation } from './observe';
import { planSuites } from './plan-run';
import type { Project, RunFlags } from './project';
import { checkIdentities, reasonToSkip, type PlannedCase } from './run';
import { effectsOf } from './run-case';

const LEARNED_RULES_LIVE = 90 * 86_400_000;
/** Between two answers to a request, in ms: what changes with the second differs. */
const APART = 1_100;

export interface LearnFlags extends RunFlags {
  /** How often legacy is asked the same. */
  readonly times: number;
  readonly write?: boolean;
}

export interface Learned {
  readonly isNoisy: boolean;
  readonly text: string;
  readonly json: object;
}

/** Sends every case to legacy several times and proposes (with `write`: adds) rules for what differs. Throws BanyanError when legacy or the file fails. */
export async function learnRules(project: Project, flags: LearnFlags, now: () => Date): Promise<Learned> {
  const { suites, rulesFile } = project;
  const { cases } = planSuites({ ...flags, generate: 0 }, project);
  const ready = await prepareSides({ ...project.sides, twice: true }, suites);
  try {
    checkIdentities(cases, new Set(ready.context.credentials.keys()));
    const skips = cases.map((planned) => planned.skip ?? reasonToSkip(planned, ready.context));
    const sent = cases.filter((_planned, i) => skips[i] === undefined);
    const why = new Set(skips.filter((reason) => reason !== undefined));
    const { noise, unlearnable } = await askAgain(sent, project, ready, flags.times);
    const expires = new Date(now().getTime() + LEARNED_RULES_LIVE).toISOString().slice(0, 10);
    const before = readRules(rulesFile);
    const after = addRules(before, noise, expires);
    if (flags.write === true && noise.length > 0) {
      mkdirSync(path.dirname(rulesFile.path), { recursive: true });
      writeFileSync(rulesFile.path, after);
    }
    const skipped = cases.length - sent.length;
    const lines = [
      `${sent.length} ${sent.length === 1 ? 'case was' : 'cases were'} sent to legacy ${flags.times} times${skipped === 0 ? '.' : `, ${skipped} skipped: ${[...why].join('; ')}.`}`,
      ...unlearnable.map(({ route, path: at, why }) => `No rule is proposed for ${route} ${at} (${why}).`),
      ...(sent.length === 0
        ? ['So nothing is known about legacy.']
        : noise.length === 0
          ? unlearnable.length === 0
            ? ['Legacy never differs from itself: no rules are needed.']
            : []
          : [
              flags.write === true
                ? `Written to ${rulesFile.path}; give each rule a reason and an owner:`
                : `Add to ${rulesFile.path} (or use --write), and give each rule a reason and an owner:`,
              addedLines(before, after),
            ]),
    ];
    return {
      isNoisy: noise.length > 0 || unlearnable.length > 0,
      text: `${lines.join('\n')}\n`,
      json: { noise: noise.map((one) => ({ ...one, hides: hiddenBy(one) })), unlearnable, cases: cases.length },
    };
  } finally {
    await ready.close();
  }
}

/** All cases once, then all again, so that the answers to each are apart; of each the first answer is kept. */
async function askAgain(
  cases: readonly PlannedCase[],
  { rules, routes }: Project,
  { context }: ReadySides,
  times: number,
): Promise<{ readonly noise: readonly Noise[]; readonly unlearnable: readonly Unlearnable[] }> {
  const { control, candidate, credentials, knownValues } = context;
  const first = new Map<PlannedCase, Observation>();
  const byRoute = new Map<string, RouteNoise>();
  for (let round = 0; round < times; round += 1) {
    const begun = performance.now();
    const side = round % 2 === 0 ? control : candidate;
    for (const planned of cases) {
      const { route, identity, parityCase } = planned;
      const request = await requestOf(parityCase, credentials.get(identity) ?? {}, side);
      const before = first.get(planned);
      const awaited = before === undefined ? undefined : effectsOf(before.changes).join();
      const again = await observe(side, request, {
        isSettled: (changes) => awaited === undefined || effectsOf(changes).join() === awaited,
      });
      if (before === undefined) {
        first.set(planned, again);
        continue;
      }
      let noise = byRoute.get(route);
      if (noise === undefined) {
        const id = routes.find(({ name }) => name === route)?.id;
        byRoute.set(
          route,
          (noise = new RouteNoise(route, rulesOfNamed(rules, { name: route, ...(id !== undefined && { id }) }))),
        );
      }
      await noise.compare(before, again, { identity, ...(knownValues && { knownValues }) });
    }
    if (round < times - 1) await delay(Math.max(0, APART - (performance.now() - begun)));
  }
  const results = [...byRoute.values()].map((noise) => noise.result());
  return {
    noise: results.flatMap(({ noise }) => noise),
    unlearnable: results.flatMap(({ unlearnable }) => unlearnable),
  };
}
