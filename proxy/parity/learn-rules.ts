import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { prepareSides } from './environment';
import { addedLines, findNoise, proposeRules } from './learn';
import { planSuites } from './plan-run';
import { readRules, type Project, type RunFlags } from './project';
import { runCases } from './run';

const LEARNED_RULES_LIVE = 90 * 86_400_000;

export interface Learned {
  readonly isNoisy: boolean;
  readonly text: string;
  readonly json: object;
}

/** Sends every case to legacy twice and proposes (with `write`: adds) rules for what differs. Throws BanyanError when legacy or the file fails. */
export async function learnRules(project: Project, flags: RunFlags, now: () => Date): Promise<Learned> {
  const { suites, rules, routes, rulesFile } = project;
  const { cases } = planSuites({ ...flags, generate: 0 }, project);
  const ready = await prepareSides({ ...project.sides, twice: true }, suites);
  try {
    const { context, sides } = ready;
    const run = await runCases(cases, { context, sides, rules, routes, complete: 'nothing', now });
    const { noise, unlearnable } = findNoise(run);
    const sent = run.totals.cases - run.totals.skipped;
    const why = new Set(
      run.routes.flatMap(({ cases: ran }) =>
        ran.flatMap(({ verdict, reason }) => (verdict === 'skipped' ? [reason] : [])),
      ),
    );
    const expires = new Date(now().getTime() + LEARNED_RULES_LIVE).toISOString().slice(0, 10);
    const before = readRules(rulesFile);
    const after = proposeRules(before, noise, expires);
    if (flags.write === true && noise.length > 0) {
      mkdirSync(path.dirname(rulesFile.path), { recursive: true });
      writeFileSync(rulesFile.path, after);
    }
    const lines = [
      `${sent} ${sent === 1 ? 'case was' : 'cases were'} sent to legacy twice${run.totals.skipped === 0 ? '.' : `, ${run.totals.skipped} skipped: ${[...why].join('; ')}.`}`,
      ...unlearnable.map(({ route, path: at, why }) => `No rule can cover ${route} ${at} (${why}).`),
      ...(sent === 0
        ? ['So nothing is known about legacy.']
        : noise.length === 0
          ? ['Legacy never differs from itself: no rules are needed.']
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
      json: { noise, unlearnable, cases: run.totals.cases },
    };
  } finally {
    await ready.close();
  }
}
