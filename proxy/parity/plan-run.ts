import path from 'node:path';
import { BanyanError, ConfigError } from '../../shared/errors';
import { requestLines, type CaseSuite } from '../../shared/parity/case';
import type { Har } from '../../shared/recording/har/har';
import { parseHar } from '../../shared/recording/har/parse-har';
import type { NotRun } from '../../shared/parity/result';
import { readText } from '../../shared/text-file';
import { planCases } from './plan';
import type { Project, RunFlags } from './project';
import { readSessionOption } from './recorded-sessions';
import { planReplay, recordedRequests } from './replay-har';
import type { PlannedCase, RunOptions } from './run';
import { whyUnsendable } from './sendable';

export type Plan = Pick<RunOptions, 'complete' | 'isSequence' | 'seed' | 'generated' | 'notRun'> & {
  readonly cases: readonly PlannedCase[];
};

/** The suites, or a recording. Throws BanyanError for options that do not go together, and when there is nothing to send. */
export function planRun(flags: RunFlags, project: Project): Plan {
  const { har, generate, seed, session } = flags;
  if (har === undefined && session.length > 0)
    throw usage('--session assigns an identity to a recorded session; name the recording: --har <file>');
  if (har !== undefined && (generate > 0 || seed !== undefined))
    throw usage(
      '--generate and --seed make variations of the suites, not of a recording; leave them out, or leave out --har',
    );
  const plan = har === undefined ? planSuites(flags, project) : planHar(flags, har, project);
  if (plan.cases.length === 0)
    throw new BanyanError(
      `${har === undefined ? 'the suites' : path.basename(har)}: nothing to compare; ${describeNotRun(plan.notRun ?? [])}`,
      { code: 'nothing_compared' },
    );
  return plan;
}

type PlanFlags = Pick<RunFlags, 'generate' | 'seed' | 'isolated'>;
type ProjectOfSuites = Pick<Project, 'chosen' | 'suites' | 'banyan' | 'recordings' | 'routeOf'>;

/** The cases of the suites, and generated ones; what recordings lack is said as what was not run. */
export function planSuites({ generate, seed = 1, isolated = false }: PlanFlags, project: ProjectOfSuites): Plan {
  const { chosen, suites, banyan, recordings } = project;
  refuseUnsendable(suites);
  const read = generate === 0 ? [] : recordings.map((file) => readRecording(file, 'parity.recordings'));
  const recorded = read.flatMap(({ har }) => recordedRequests(har, project));
  const identities = Object.keys(banyan.parity.identities);
  const planned = planCases(suites, { chosen, generate, seed, identities, recorded, isolated });
  const complete = !isolated ? 'nothing' : chosen === undefined ? 'all routes' : 'the routes of these cases';
  return { ...planned, notRun: read.flatMap(({ faults }) => faults), complete, ...(generate > 0 && { seed }) };
}

function refuseUnsendable(suites: readonly CaseSuite[]): void {
  const faults = suites.flatMap(({ route, cases }) =>
    cases.flatMap((one) => {
      const why = whyUnsendable(requestLines(one, {}));
      return why === undefined ? [] : [`${route}, case "${one.name}" cannot be sent: ${why}`];
    }),
  );
  if (faults.length > 0) throw new ConfigError('Parity cases', faults);
}

/** A recording, and what of it is lost. */
function readRecording(file: string, from: string): { readonly har: Har; readonly faults: readonly NotRun[] } {
  const name = path.basename(file);
  const { har, repaired, lost } = parseHar(readText(file, from), name);
  const broken = { what: name, reason: 'the recording is truncated; the complete entries were kept' };
  return { har, faults: [...(repaired ? [broken] : []), ...lost] };
}

function planHar({ session, isolated = false }: RunFlags, file: string, { banyan, routeOf, chosen }: Project): Plan {
  const name = path.basename(file);
  const { har, faults } = readRecording(file, '--har');
  const identities = Object.keys(banyan.parity.identities);
  const sessions = new Map(session.map((text) => readSessionOption(text, identities)));
  const { cases, notRun } = planReplay(har, {
    banyan,
    file: name,
    routeOf,
    sessions,
    ...(chosen && { routes: chosen }),
  });
  // In between, requests that write are skipped unless each side has its own data; then nothing follows from them.
  return { cases, notRun: [...faults, ...notRun], complete: 'nothing', isSequence: isolated };
}

const REASONS_SHOWN = 4;

/** Reasons in one line, each with how often. */
export function describeNotRun(list: readonly NotRun[]): string {
  const counts = new Map<string, number>();
  for (const { reason } of list) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  if (counts.size === 0)
    return 'it has no requests; record some (in the browser: developer tools, Network, "Export HAR")';
  const all = [...counts].map(([reason, count]) => `${reason}${count > 1 ? ` (${count} requests)` : ''}`);
  const rest = all.length - REASONS_SHOWN;
  return `${all.slice(0, REASONS_SHOWN).join('; ')}${rest > 0 ? `; and ${rest} more reasons` : ''}`;
}

function usage(message: string): BanyanError {
  return new BanyanError(message, { code: 'usage' });
}
