import { z } from 'zod';

import { addedByHop, type Latencies } from './latency';

const Row = z.object({
  behaviour: z.string(),
  verdict: z.enum(['confirmed', 'refuted', 'not tried']),
  why: z.string().optional(),
});
const Latency = z.object({ cold: z.number(), median: z.number(), p95: z.number(), samples: z.number() });

/** What a verification has found. Its schema is also that of the file. */
export const Verification = z.object({
  schema: z.literal(1),
  target: z.enum(['local', 'aws']),
  stage: z.string(),
  version: z.string(),
  /** ISO 8601. */
  at: z.string(),
  semantics: z.array(Row).readonly(),
  /** Each deployed route, asked by no one. */
  routes: z.array(Row).readonly(),
  parity: z
    .object({ equal: z.number(), different: z.number(), skipped: z.number() })
    .or(z.object({ notRun: z.string() })),
  suite: z.object({ command: z.string(), passed: z.boolean() }).optional(),
  latency: z
    .object({ function: Latency, gateway: Latency, authorizer: Latency, proxy: Latency })
    .or(z.object({ notRun: z.string() })),
  /** What could not be done, a sentence each. */
  faults: z.array(z.string()),
  /** Whether nothing of it is left in the account. */
  removed: z.boolean(),
});
export type Verification = z.infer<typeof Verification>;
type Judged = z.infer<typeof Row>;

/** How many rows have which verdict. */
export function countVerdicts(rows: readonly Judged[]): Readonly<Record<Judged['verdict'], number>> {
  const count = (verdict: Judged['verdict']) => rows.filter((row) => row.verdict === verdict).length;
  return { confirmed: count('confirmed'), refuted: count('refuted'), 'not tried': count('not tried') };
}

/** The sentence about AWS in README.md's status line. */
export function statusOf({ target, at, semantics }: Verification): string {
  const { confirmed, refuted, 'not tried': untried } = countVerdicts(semantics);
  const found = `\`banyan verify\` confirmed ${confirmed} of ${semantics.length} assumptions about API Gateway, refuted ${refuted}, and left ${untried} untried`;
  return target === 'aws'
    ? `On AWS (${at.slice(0, 10)}), ${found}`
    : `**Nothing has run on AWS yet**; against the local gateway (${at.slice(0, 10)}), ${found}`;
}

/** Whether nothing was found that must be put right. */
export function isSound({ semantics, routes, parity, suite, faults, removed }: Verification): boolean {
  const rows = [...semantics, ...routes].every(({ verdict }) => verdict !== 'refuted');
  const equal = 'notRun' in parity || parity.different === 0;
  return rows && equal && suite?.passed !== false && faults.length === 0 && removed;
}

/** The report for people: Markdown. */
export function describeVerification(found: Verification): string {
  const { target, stage, version, at, semantics, routes, parity, suite, latency, faults, removed } = found;
  const counts = countVerdicts(semantics);
  const lines = [
    `# Verification of ${stage}, ${target === 'aws' ? 'on AWS' : 'on the local gateway'}`,
    '',
    `banyan ${version}, ${at}. ${counts.confirmed} confirmed, ${counts.refuted} refuted, ${counts['not tried']} not tried.`,
    ...(removed ? [] : ['', `**Not everything was removed**: see below.`]),
    ...faults.map((fault) => `\n- fault: ${fault}`),
    '',
    '## API Gateway',
    '',
    ...table(['behaviour', 'verdict', 'found'], semantics.map(cellsOf)),
    '',
    '## Routes',
    '',
    ...(routes.length === 0 ? ['None were asked.'] : table(['route', 'verdict', 'found'], routes.map(cellsOf))),
    '',
    '## Parity',
    '',
    'notRun' in parity
      ? `Not run: ${parity.notRun}.`
      : `${parity.equal} cases equal, ${parity.different} different, ${parity.skipped} skipped.`,
    ...(suite === undefined ? [] : ['', `\`${suite.command}\`: ${suite.passed ? 'passed' : 'failed'}.`]),
    '',
    '## What each hop adds',
    '',
    ...('notRun' in latency ? [`Not measured: ${latency.notRun}.`] : describeLatency(latency, target)),
    '',
  ];
  return lines.join('\n');
}

function describeLatency(latencies: Latencies, target: Verification['target']): readonly string[] {
  const ms = (value: number) => value.toFixed(1);
  const ways = Object.entries(latencies) as [string, z.infer<typeof Latency>][];
  return [
    ...table(
      ['hop', 'warm, ms', 'cold, ms'],
      addedByHop(latencies).map(({ hop, warm, cold }) => [hop, ms(warm), ms(cold)]),
    ),
    '',
    ...table(
      ['way', 'median, ms', '95 %, ms', 'first, ms'],
      ways.map(([way, { median, p95, cold }]) => [way, ms(median), ms(p95), ms(cold)]),
    ),
    '',
    `Seen from this machine, one request at a time, ${latencies.function.samples} each${target === 'local' ? '; functions and gateway run on it, so these say nothing about AWS' : ''}.`,
  ];
}

const cellsOf = ({ behaviour, verdict, why = '' }: Judged): readonly string[] => [behaviour, verdict, cell(why)];
const cell = (text: string): string => text.replaceAll(/(?<!\\)\|/g, '\\|').replaceAll(/\s+/g, ' ');

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
