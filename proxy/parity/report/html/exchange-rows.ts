import type { ReportedBody, ReportedResponse } from '../../../../shared/parity/result';
import { parseJson } from '../../../../shared/session/parse-json';
import { alignJson } from './align-json';
import { alignText } from './align-text';
import type { Marks, Row } from './marks';

/** Status and header lines of two answers; headers of the same name on the same rows. */
export function headRows(control: ReportedResponse, candidate: ReportedResponse, marks: Marks): readonly Row[] {
  const [a, b] = [linesByName(control), linesByName(candidate)];
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

function linesByName({ headers }: ReportedResponse): Map<string, string[]> {
  const named = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    named.set(lower, [...(named.get(lower) ?? []), `${name}: ${value}`]);
  }
  return named;
}

/** Without the name, whose case means nothing. */
const valueOf = (line: string | null) => line?.slice(line.indexOf(': '));

/** Both bodies, JSON by members and other text by lines; `note` says what is left out. */
export function bodyRows(
  { body: a }: ReportedResponse,
  { body: b }: ReportedResponse,
  marks: Marks,
): { readonly rows: readonly Row[]; readonly note: string } {
  if (a.length === 0 && b.length === 0) return { rows: [], note: '' };
  if (a.encoding === 'base64' || b.encoding === 'base64') {
    const [x, y] = [fingerprint(a), fingerprint(b)];
    return { rows: [[x, y, x === y ? 'equal' : marks.text()]], note: 'binary: length and hash' };
  }
  const truncated = a.truncated || b.truncated;
  const [x, y] = truncated ? [] : [parseJson(a.content), parseJson(b.content)];
  if (x !== undefined && y !== undefined) {
    const { rows, cut } = alignJson(x, y, marks);
    // Equal values in other words: only the text shows what is different.
    const isHidden = marks.text() !== 'forgiven' && rows.every(([, , mark]) => mark === 'equal');
    if (!isHidden) return { rows, note: cut ? `the first ${rows.length} lines` : '' };
  }
  const note = truncated ? `the beginning of ${a.length} and ${b.length} bytes` : '';
  return { rows: alignText(a.content, b.content, marks.text()), note };
}

function fingerprint({ length, sha256 }: ReportedBody): string {
  return `${length} bytes, sha256 ${sha256}`;
}
