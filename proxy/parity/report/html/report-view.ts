import type {
  CaseResult,
  ParityRun,
  ReportedBody,
  ReportedResponse,
  RuleReference,
} from '../../../../shared/parity/result';
import { isClean } from '../../../../shared/parity/result';
import type { Difference } from '../../../../shared/parity/exchange';
import { toCurl } from '../curl';
import { alignJson } from './align-json';
import { alignText } from './align-text';
import { Marks, type Row } from './marks';

/** What the page shows: everything is worked out here, so that its script only puts texts in their places. */
export interface ReportView {
  readonly isClean: boolean;
  readonly startedAt: string;
  readonly seconds: number;
  readonly control: ParityRun['control'];
  readonly candidate: ParityRun['candidate'];
  readonly seed: number | null;
  readonly totals: ParityRun['totals'];
  readonly routes: readonly RouteView[];
  readonly notRun: ParityRun['notRun'];
  readonly ruleFaults: readonly string[];
}

interface RouteView {
  readonly route: string;
  readonly id: string | null;
  readonly counts: ParityRun['totals'];
  readonly cases: readonly CaseView[];
}

export interface CaseView {
  readonly name: string;
  readonly identity: string;
  readonly source: string;
  readonly verdict: CaseResult['verdict'];
  readonly reason: string | null;
  readonly method: string;
  readonly path: string;
  readonly answeredBy: string | null;
  /** Milliseconds of control and candidate. */
  readonly ms: readonly [number | null, number | null];
  readonly differences: readonly DifferenceView[];
  readonly rules: readonly RuleReference[];
  readonly headers: readonly Row[];
  readonly body: readonly Row[];
  readonly bodyNote: string | null;
  readonly curl: readonly { readonly side: string; readonly command: string }[];
}

interface DifferenceView extends Pick<Difference, 'path' | 'kind' | 'controlType' | 'candidateType'> {
  readonly control: string | null;
  readonly candidate: string | null;
  /** The rule that accepts it. */
  readonly rule: RuleReference | null;
}

/** Of bodies that are equal, a beginning is enough. */
const MAX_EQUAL_ROWS = 60;

/** Works out what the page shows of a run. */
export function toReportView(run: ParityRun): ReportView {
  return {
    isClean: isClean(run),
    startedAt: run.startedAt,
    seconds: (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000,
    control: run.control,
    candidate: run.candidate,
    seed: run.seed ?? null,
    totals: run.totals,
    routes: run.routes.map(({ route, id = null, counts, cases }) => ({
      route,
      id,
      counts,
      cases: worstFirst(cases).map((result) => toCaseView(result, run)),
    })),
    notRun: run.notRun,
    ruleFaults: run.ruleFaults,
  };
}

const ORDER: readonly CaseResult['verdict'][] = ['different', 'accepted', 'equal', 'skipped'];

function worstFirst(cases: readonly CaseResult[]): readonly CaseResult[] {
  return [...cases].sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
}

function toCaseView(result: CaseResult, run: ParityRun): CaseView {
  const { control, candidate, request, accepted, differences } = result;
  const marks = new Marks(result);
  const body = control === undefined || candidate === undefined ? NOTHING : alignBodies(control, candidate, marks);
  return {
    name: result.name,
    identity: result.identity,
    source: result.source,
    verdict: result.verdict,
    reason: result.reason ?? null,
    method: request.method,
    path: request.path,
    answeredBy: result.answeredBy ?? null,
    ms: [control?.ms ?? null, candidate?.ms ?? null],
    differences: [
      ...differences.map((found) => toDifferenceView(found, null)),
      ...accepted.map((found) => toDifferenceView(found, found.rule)),
    ],
    rules: result.rules,
    headers: control === undefined || candidate === undefined ? [] : alignHeads(control, candidate, marks),
    body: result.verdict === 'equal' ? body.rows.slice(0, MAX_EQUAL_ROWS) : body.rows,
    bodyNote: result.verdict === 'equal' && body.rows.length > MAX_EQUAL_ROWS ? 'the rest is equal' : body.note,
    curl: [
      { side: run.control.name, command: toCurl(request, run.control.url, result.identity) },
      { side: run.candidate.name, command: toCurl(request, run.candidate.url, result.identity) },
    ],
  };
}

function toDifferenceView(found: Difference, rule: RuleReference | null): DifferenceView {
  const { path, kind, controlType, candidateType, control = null, candidate = null } = found;
  return { path, kind, controlType, candidateType, control, candidate, rule };
}

/** Status line and header lines; headers of the same name on the same rows. */
function alignHeads(control: ReportedResponse, candidate: ReportedResponse, marks: Marks): Row[] {
  const a = byName(control);
  const b = byName(candidate);
  const rows = [...new Set([...a.keys(), ...b.keys()])].flatMap((name) => {
    const [left, right] = [a.get(name) ?? [], b.get(name) ?? []];
    return Array.from({ length: Math.max(left.length, right.length) }, (_, i): Row => {
      const [x = null, y = null] = [left[i], right[i]];
      return [x, y, valueOf(x) === valueOf(y) ? 'equal' : marks.header(name)];
    });
  });
  const [x, y] = [String(control.statusCode), String(candidate.statusCode)];
  return [[x, y, x === y ? 'equal' : marks.at('status')], ...rows];
}

function byName({ headers }: ReportedResponse): Map<string, string[]> {
  const named = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    named.set(lower, [...(named.get(lower) ?? []), `${name}: ${value}`]);
  }
  return named;
}

/** Without the name, whose case means nothing. */
function valueOf(line: string | null): string | null {
  return line === null ? null : line.slice(line.indexOf(': '));
}

interface AlignedBody {
  readonly rows: readonly Row[];
  readonly note: string | null;
}

const NOTHING: AlignedBody = { rows: [], note: null };

function alignBodies(control: ReportedResponse, candidate: ReportedResponse, marks: Marks): AlignedBody {
  const [a, b] = [control.body, candidate.body];
  if (a.length === 0 && b.length === 0) return NOTHING;
  if (a.encoding === 'base64' || b.encoding === 'base64') {
    const [x, y] = [fingerprint(a), fingerprint(b)];
    return { rows: [[x, y, x === y ? 'equal' : marks.text()]], note: 'binary: length and hash' };
  }
  const truncated = a.truncated || b.truncated ? `the beginning of ${a.length} and ${b.length} bytes` : null;
  const json = truncated === null ? [parse(a), parse(b)] : [];
  const [x, y] = json;
  if (x !== undefined && y !== undefined) {
    const { rows, cut } = alignJson(x.value, y.value, marks);
    // Equal values in other words: only the text shows what is different.
    const isHidden = marks.text() !== 'forgiven' && rows.every(([, , mark]) => mark === 'equal');
    if (!isHidden) return { rows, note: cut ? `the first ${rows.length} lines` : null };
  }
  return { rows: alignText(a.content, b.content, marks.text()), note: truncated };
}

function parse({ content }: ReportedBody): { readonly value: unknown } | undefined {
  if (!/^\s*[[{"]/.test(content)) return undefined;
  try {
    return { value: JSON.parse(content) };
  } catch {
    return undefined;
  }
}

function fingerprint({ length, sha256 }: ReportedBody): string {
  return `${length} bytes, sha256 ${sha256}`;
}
