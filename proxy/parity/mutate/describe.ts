import { isAlive, nameOf, type MutantResult, type MutationRun } from './mutate';

/** How a sample of mutants fared. */
export interface MutationScore {
  readonly judged: number;
  readonly caught: number;
  readonly declared: number;
  /** Share of the judged that were caught, in per cent. */
  readonly percent: number;
  /** The same, without those that are declared. */
  readonly percentOfRest: number;
}

/** Scores a run. Mutants that were not judged do not count; the rest is then a random sample. */
export function scoreOf(results: readonly MutantResult[]): MutationScore {
  const judged = results.filter(({ verdict }) => verdict !== 'not judged');
  const caught = judged.filter(({ verdict }) => !isAlive(verdict)).length;
  const declared = judged.filter((one) => isAlive(one.verdict) && one.declared !== undefined).length;
  const percent = (of: number): number => (of === 0 ? 100 : (caught / of) * 100);
  return {
    ...{ judged: judged.length, caught, declared },
    percent: percent(judged.length),
    percentOfRest: percent(judged.length - declared),
  };
}

/** Largest share that may be declared, in per cent. */
export const MOST_DECLARED = 10;

/** What is wrong with the declarations of a run. */
export function faultsOf({ results, unmatched }: Pick<MutationRun, 'results' | 'unmatched'>): readonly string[] {
  const { judged, declared } = scoreOf(results);
  const stale = results.filter(
    (one) => one.declared !== undefined && (one.verdict === 'caught' || one.verdict === 'timed out'),
  );
  return [
    ...(declared * 100 > judged * MOST_DECLARED
      ? [`${declared} of ${judged} mutants are declared; at most ${MOST_DECLARED} % may be`]
      : []),
    ...stale.map((one) => `${placeOf(one)} is declared and was caught: remove ${one.change}`),
    ...unmatched.map(({ file, change }) => `${file}: there is no mutant that is declared as ${change}`),
  ];
}

/** The report of a run as text. */
export function describeMutation(run: MutationRun, { atLeast }: { readonly atLeast: number }): string {
  const { results, control, leftOut, uncalled } = run;
  const score = scoreOf(results);
  const alive = results.filter((one) => isAlive(one.verdict));
  const missed = alive.filter((one) => one.declared === undefined);
  const late = results.filter(({ verdict }) => verdict === 'not judged').length;
  const lines = [
    `${run.cases} cases, ${run.functions.length} functions; ${run.population} mutants by Stryker's operators, ${results.length} of them chosen by seed ${run.seed}`,
    '',
    ...table(results),
    '',
    `caught ${score.caught} of ${score.judged} (${score.percent.toFixed(1)} %); without ${score.declared} declared ones ${score.caught} of ${score.judged - score.declared} (${score.percentOfRest.toFixed(1)} %; wanted ${atLeast} %)`,
    `${control.executions} executions without a mutant: ${control.alarms.length} false alarms`,
    ...control.alarms.map((alarm) => `  ${alarm}`),
    ...(late > 0
      ? [`${late} mutants not judged: ${run.wasInterrupted ? 'interrupted' : 'out of time (--minutes)'}`]
      : []),
    ...(uncalled.length > 0 ? [`left out, since no case calls them: ${uncalled.join(', ')}`] : []),
    ...(leftOut.length > 0 ? [`left out, since they differ without a mutant (banyan parity run --isolated):`] : []),
    ...leftOut.map((one) => `  ${one}`),
    ...section(
      'timed out: counted as caught, since the function did not end',
      results.filter(({ verdict }) => verdict === 'timed out'),
    ),
    ...section('survivors', missed),
    ...section(
      'declared: no client can see them',
      alive.filter((one) => one.declared !== undefined),
    ),
    ...faultsOf(run).map((fault) => `fault: ${fault}`),
  ];
  return `${lines.join('\n')}\n`;
}

function section(title: string, results: readonly MutantResult[]): readonly string[] {
  if (results.length === 0) return [];
  return ['', title, ...results.flatMap((one) => [`  ${placeOf(one)}  ${one.change}`, `      ${remark(one)}`])];
}

function remark(one: MutantResult): string {
  if (one.declared !== undefined) return one.declared;
  if (one.caughtBy !== undefined) return nameOf(one.caughtBy);
  const reached =
    one.verdict === 'not reached'
      ? 'no case reaches it'
      : `${one.reachedBy} cases reach it${one.tried < one.reachedBy ? ` (${one.tried} sent)` : ''}, on ${one.routes.slice(0, 3).join(', ')}${one.routes.length > 3 ? ` and ${one.routes.length - 3} more` : ''}`;
  return `${reached}. Missing: ${missingCase(one)}`;
}

/** The kind of case that would catch a mutant. */
export function missingCase({
  verdict,
  operator,
  source,
  change,
}: Pick<MutantResult, 'verdict' | 'operator' | 'source' | 'change'>): string {
  const [original = '', replacement = ''] = change.split(' => ');
  if (verdict === 'not reached') return `one that makes the function run this line: ${source.slice(0, 100)}`;
  if (operator === 'EqualityOperator' && /[<>]/.test(original))
    return `values just below, exactly at and just above the limit in ${original}`;
  if (operator === 'OptionalChaining') return `one in which the value before ?. is null or undefined`;
  if (operator === 'ConditionalExpression' && /^(?:true|false)$/.test(replacement))
    return `one in which ${original} is ${replacement === 'true' ? 'false' : 'true'}, and the answer or the data show it`;
  return MISSING[operator] ?? 'one whose answer or data depend on this expression';
}

const MISSING: Readonly<Record<string, string>> = {
  ArithmeticOperator: 'one whose result is not zero, and is shown',
  ArrayDeclaration: 'one that shows the elements of this list, or their absence',
  ArrowFunction: 'one that shows what this function returns',
  BlockStatement: 'one whose answer or data show what this block does',
  BooleanLiteral: 'one that shows what this value decides',
  EqualityOperator: 'two: one in which the sides are equal, one in which they are not',
  LogicalOperator: 'one in which exactly one of the two sides holds',
  MethodExpression: 'a value that this method changes: white space, case, order, length, extremes',
  ObjectLiteral: 'one that shows a field of this object',
  Regex:
    'a string that only one of the two patterns matches: one character more, fewer or of another kind, at the start, in the middle and at the end',
  StringLiteral: 'one in which this string is shown, or decides',
  UnaryOperator: 'one with a value other than zero',
  UpdateOperator: 'one that counts more than once',
};

const placeOf = ({ file, line }: MutantResult): string => `${file}:${line}`;

function table(results: readonly MutantResult[]): readonly string[] {
  const folders = new Map<string, MutantResult[]>();
  for (const one of results) {
    const folder = one.file.split('/').slice(0, -1).join('/');
    folders.set(folder, [...(folders.get(folder) ?? []), one]);
  }
  const rows = [...folders].sort(([a], [b]) => (a < b ? -1 : 1)).map(([folder, some]) => row(folder, some));
  return [
    '| files | mutants | caught | of these by timeout | survived | not reached | declared | caught of the rest |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
    row('all', results),
  ];
}

function row(name: string, results: readonly MutantResult[]): string {
  const of = (verdict: MutantResult['verdict']): number => results.filter((one) => one.verdict === verdict).length;
  const { judged, caught, declared, percentOfRest } = scoreOf(results);
  const cells = [
    name,
    judged,
    caught,
    of('timed out'),
    of('survived'),
    of('not reached'),
    declared,
    `${percentOfRest.toFixed(1)} %`,
  ];
  return `| ${cells.join(' | ')} |`;
}
