import { describeDifference, type Difference } from '../../../shared/parity/exchange';
import type { CaseResult, NotRun, ParityRun, RouteResult, Verdict } from '../../../shared/parity/result';
import { isClean, VERDICTS } from '../../../shared/parity/result';
import { createColors, type Colors } from './color';
import { curlOf } from './curl';
import { printable } from '../../../shared/printable';

const MAX_CASES = 20;
const MAX_DIFFERENCES = 8;
const MAX_NAMES = 12;
const LONGEST_COMMAND = 1_000;
const COLUMNS = ['cases', ...VERDICTS] as const;
const SIGNS: Readonly<Record<Verdict, string>> = { equal: '✓', different: '✗', accepted: '≈', skipped: '-' };

/** A run as text: a table of the routes, what differs, what was skipped and why, one line at the end. */
export function describeRun(run: ParityRun, { color = false } = {}): string {
  const colors = createColors(color);
  const sections = [
    sides(run),
    table(run, colors),
    generated(run, colors),
    world(run, colors),
    ...run.routes.flatMap((route) => differences(route, run.control.url, colors)),
    skipped(run, colors),
    notRun(run.notRun, colors),
    rules(run, colors),
    summary(run, colors),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function sides({ control, candidate, seed }: ParityRun): string[] {
  return [
    `control    ${printable(control.name)} ${printable(control.url)}`,
    `candidate  ${printable(candidate.name)} ${printable(candidate.url)}`,
    ...(seed === undefined ? [] : [`seed       ${seed}`]),
  ];
}

function table({ routes, totals }: ParityRun, colors: Colors): string[] {
  if (routes.length === 0) return [];
  const width = Math.max(5, ...routes.map(({ route }) => printable(route).length));
  const header = `  ${'route'.padEnd(width)}  ${COLUMNS.map((name) => name.padStart(name.length + 1)).join(' ')}`;
  const line = (sign: string, name: string, counts: ParityRun['totals']): string => {
    const cells = COLUMNS.map((column) => {
      const text = (counts[column] === 0 ? '·' : String(counts[column])).padStart(column.length + 1);
      if (counts[column] === 0) return colors.dim(text);
      return column === 'different' ? colors.red(text) : column === 'accepted' ? colors.yellow(text) : text;
    });
    return `${sign} ${name.padEnd(width)}  ${cells.join(' ')}`;
  };
  return [
    colors.dim(header),
    ...routes.map(({ route, counts }) => line(signOf(counts, colors), printable(route), counts)),
    ...(routes.length > 1 ? [line(' ', 'all', totals)] : []),
  ];
}

function signOf({ different, equal, accepted }: ParityRun['totals'], colors: Colors): string {
  if (different > 0) return colors.red(SIGNS.different);
  if (accepted > 0) return colors.yellow(SIGNS.accepted);
  return equal > 0 ? colors.green(SIGNS.equal) : colors.dim(SIGNS.skipped);
}

/** What generated cases tried, and what they did not: a run that says nothing of that looks more thorough than it was. */
function generated({ generated: coverage }: ParityRun, colors: Colors): string[] {
  if (coverage === undefined) return [];
  const { inputs, fields, kinds, untriedFields, untriedKinds, withoutContract } = coverage;
  const of = ({ tried, known }: typeof inputs): string => `${tried} of ${known}`;
  const list = (what: string, names: readonly string[]): string[] => {
    const rest = names.length - MAX_NAMES;
    const shown = names.slice(0, MAX_NAMES).map(printable).join(', ');
    return names.length === 0 ? [] : [colors.dim(`  ${what}: ${shown}${rest > 0 ? `, and ${rest} more` : ''}`)];
  };
  return [
    colors.bold('Generated'),
    `  tried ${of(inputs)} inputs, ${of(kinds)} kinds of them, on ${of(fields)} fields`,
    ...list('fields not tried (raise --generate)', untriedFields),
    ...list('kinds not tried', untriedKinds),
    ...list('fields whose limits no contract names, so usual ones are tried', withoutContract),
  ];
}

function world({ world: coverage }: ParityRun, colors: Colors): string[] {
  if (coverage === undefined) return [];
  const { credentials, documents } = coverage;
  const of = ({ tried, known, routes }: typeof documents, what: string): string =>
    `  tried ${tried} of ${known} ${what}, on ${routes} ${routes === 1 ? 'route' : 'routes'}`;
  return [
    colors.bold('World'),
    of(credentials, 'requests with credentials alone and in pairs'),
    of(documents, 'odd documents'),
  ];
}

function differences({ route, cases }: RouteResult, url: string, colors: Colors): string[][] {
  const different = cases.filter(({ verdict }) => verdict === 'different');
  const [first] = different;
  if (first === undefined) return [];
  const common = commonDifferences(different);
  const lines = [colors.bold(printable(route))];
  const shared = [...common.values()].filter(({ count }) => count >= COMMON);
  lines.push(...shared.map(({ count, example }) => `  in ${count} cases: ${printable(describeDifference(example))}`));
  const own = ({ differences: all }: CaseResult): readonly Difference[] =>
    all.filter((one) => (common.get(keyOf(one))?.count ?? 0) < COMMON);

  // The first is shown in any case, as an example; of the others, those that have a difference of their own.
  const shown = different.filter((found) => found === first || own(found).length > 0 || shared.length === 0);
  for (const found of shown.slice(0, MAX_CASES)) {
    const list = own(found);
    lines.push(`  ${colors.red(SIGNS.different)} ${nameOf(found)}`);
    lines.push(colors.dim(`      ${printable(found.request.method)} ${printable(found.request.path)}`));
    for (const one of list.slice(0, MAX_DIFFERENCES)) lines.push(`      ${printable(describeDifference(one))}`);
    const rest = list.length - MAX_DIFFERENCES;
    if (rest > 0) lines.push(colors.dim(`      and ${rest} more ${rest === 1 ? 'difference' : 'differences'}`));
    // One for each route is enough to begin with; --json and --html have all of them, for both sides.
    if (found === first) lines.push(...reproduce(found, url, colors));
  }
  const rest = different.length - Math.min(shown.length, MAX_CASES);
  if (rest > 0)
    lines.push(colors.dim(`  and ${rest} more ${rest === 1 ? 'case' : 'cases'}; all of them are in --html and --json`));
  return [lines];
}

/** What differs in at least so many cases of a route is reported once. */
const COMMON = 3;

interface CommonDifference {
  readonly example: Difference;
  readonly count: number;
}

/** Differences by what they are, each with the number of cases that have it. */
function commonDifferences(cases: readonly CaseResult[]): ReadonlyMap<string, CommonDifference> {
  const found = new Map<string, CommonDifference>();
  for (const { differences: list } of cases) {
    const byKey = new Map(list.map((one) => [keyOf(one), one]));
    for (const [key, example] of byKey) {
      const before = found.get(key);
      found.set(key, { example: before?.example ?? example, count: (before?.count ?? 0) + 1 });
    }
  }
  return found;
}

/** A header too many or too few is the same with another value: an id of the request, a time. */
function keyOf(found: Difference): string {
  const isHeader = found.path.startsWith('header ') && (found.kind === 'unexpected' || found.kind === 'missing');
  return isHeader ? `${found.kind} ${found.path}` : describeDifference(found);
}

/** The case as a command for a shell, on one line to copy. What it needs to know first stands in front. */
function reproduce({ request, identity }: CaseResult, url: string, colors: Colors): string[] {
  const { notes, parts } = curlOf(request, url, identity);
  const command = parts.join(' ');
  // A body with line breaks cannot be shown safely and be the same.
  const isShowable = command.length <= LONGEST_COMMAND && printable(command) === command;
  const lines = isShowable ? [...notes, `reproduce: ${command}`] : ['reproduce: the curl is in --json and --html'];
  return lines.map((line) => colors.dim(`      ${printable(line)}`));
}

function skipped({ routes }: ParityRun, colors: Colors): string[] {
  const byReason = new Map<string, { count: number; first: string }>();
  for (const { route, cases } of routes) {
    for (const found of cases.filter(({ verdict }) => verdict === 'skipped')) {
      const reason = printable(found.reason ?? 'no reason given');
      const entry = byReason.get(reason) ?? { count: 0, first: `${printable(route)}, ${nameOf(found)}` };
      byReason.set(reason, { ...entry, count: entry.count + 1 });
    }
  }
  if (byReason.size === 0) return [];
  const lines = [...byReason].map(
    ([reason, { count, first }]) =>
      `  ${SIGNS.skipped} ${reason}: ${count} ${colors.dim(`(${count > 1 ? 'first: ' : ''}${first})`)}`,
  );
  return [colors.bold('Skipped'), ...lines];
}

function notRun(list: readonly NotRun[], colors: Colors): string[] {
  if (list.length === 0) return [];
  const shown = list
    .slice(0, 20)
    .map(({ what, reason }) => `  ${SIGNS.skipped} ${printable(what)}: ${printable(reason)}`);
  const rest = list.length - shown.length;
  return [colors.bold('Not run'), ...shown, ...(rest > 0 ? [colors.dim(`  and ${rest} more`)] : [])];
}

function rules({ ruleFaults }: ParityRun, colors: Colors): string[] {
  if (ruleFaults.length === 0) return [];
  return [colors.bold('Rules'), ...ruleFaults.map((fault) => `  ${colors.red(SIGNS.different)} ${printable(fault)}`)];
}

function summary(run: ParityRun, colors: Colors): string[] {
  const { totals, ruleFaults } = run;
  const seconds = (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000;
  const counts = VERDICTS.filter((verdict) => totals[verdict] > 0).map((verdict) => `${totals[verdict]} ${verdict}`);
  const faults =
    ruleFaults.length === 0
      ? ''
      : `, ${ruleFaults.length} ${ruleFaults.length === 1 ? 'fault' : 'faults'} in the rules`;
  const text = `${totals.cases} ${totals.cases === 1 ? 'case' : 'cases'}: ${counts.join(', ') || 'none'}${faults}, in ${seconds.toFixed(1)} s`;
  if (!isClean(run)) return [colors.red(text)];
  return [totals.cases === totals.skipped ? colors.yellow(text) : colors.green(text)];
}

function nameOf({ name, identity }: CaseResult): string {
  return `${printable(name)}, as ${printable(identity)}`;
}
