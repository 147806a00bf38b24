import type { Marks, Row } from './marks';

/** Rows of a body, more than anyone reads. */
const MAX_ROWS = 4_000;

/** Two JSON values next to each other, a member a line, the same member on the same line. `cut`: rows were left out. */
export function alignJson(control: unknown, candidate: unknown, marks: Marks): { rows: Row[]; cut: boolean } {
  const rows: Row[] = [];
  const add = (row: Row): void => {
    if (rows.length < MAX_ROWS) rows.push(row);
  };

  const visit = (path: string, label: string, depth: number, a: unknown, b: unknown): void => {
    if (rows.length >= MAX_ROWS) return;
    const indent = '  '.repeat(depth);
    if (isBranch(a) && isBranch(b) && Array.isArray(a) === Array.isArray(b)) {
      const [open, close] = Array.isArray(a) ? ['[', ']'] : ['{', '}'];
      add([`${indent}${label}${open}`, `${indent}${label}${open}`, 'equal']);
      for (const key of keysOf(a, b)) {
        const place = Array.isArray(a) ? `${path}[${key}]` : `${path}${memberPath(key)}`;
        visit(place, Array.isArray(a) ? '' : `${JSON.stringify(key)}: `, depth + 1, own(a, key), own(b, key));
      }
      add([`${indent}${close}`, `${indent}${close}`, 'equal']);
      return;
    }
    const left = linesOf(label, indent, a);
    const right = linesOf(label, indent, b);
    const mark = left.join('\n') === right.join('\n') ? 'equal' : marks.at(path);
    for (let i = 0; i < Math.max(left.length, right.length); i += 1) add([left[i] ?? null, right[i] ?? null, mark]);
  };

  visit('body $', '', 0, control, candidate);
  return { rows, cut: rows.length >= MAX_ROWS };
}

type Branch = Readonly<Record<string, unknown>> | readonly unknown[];

function isBranch(value: unknown): value is Branch {
  return typeof value === 'object' && value !== null;
}

/** In the control's order; what only the candidate has comes last. */
function keysOf(a: Branch, b: Branch): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}

function own(branch: Branch, key: string): unknown {
  return Object.hasOwn(branch, key) ? (branch as Readonly<Record<string, unknown>>)[key] : undefined;
}

function linesOf(label: string, indent: string, value: unknown): string[] {
  if (value === undefined) return [];
  return `${label}${JSON.stringify(value, null, 2)}`.split('\n').map((line) => `${indent}${line}`);
}

/** As the comparator writes paths. */
function memberPath(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
