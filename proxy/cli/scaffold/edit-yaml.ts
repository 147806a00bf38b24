import { isDeepStrictEqual } from 'node:util';
import { isCollection, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { BanyanError } from '../../../shared/errors';

/** Keys and positions that lead to a list or map. */
export type YamlPath = readonly [string, ...(string | number)[]];

/** An entry of a list or map, from its first line to its last. */
interface Span {
  /** Where its first line begins. */
  readonly start: number;
  /** Where its last line ends, before the line break. */
  readonly end: number;
  readonly column: number;
}

/**
 * Adds an entry to a list or map and changes nothing else of the text, neither comments nor formatting: {@link removeEntry} undoes it to the byte.
 *
 * @param lines of the entry, without the container's indentation: `- id: x`, or `key: value`
 * @param before position of the entry that comes next; default: at the end
 * @throws BanyanError `yaml_not_editable` for a container that is not written one entry a line
 */
export function insertEntry(text: string, path: YamlPath, lines: readonly string[], before = Infinity): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const indented = (column: number): string => lines.map((line) => ' '.repeat(column) + line).join(eol);
  const splice = (at: number, added: string, to = at): string => text.slice(0, at) + added + text.slice(to);
  const container: unknown = parse(text).getIn(path, true);
  let result: string;
  if (container === undefined) {
    const parent = path.slice(0, -1);
    const own = [`${path.at(-1)}:`, ...lines.map((line) => `  ${line}`)];
    if (isPath(parent)) return insertEntry(text, parent, own);
    result = `${text}${text === '' || text.endsWith('\n') ? '' : eol}${own.join(eol)}${eol}`;
  } else if (isCollection(container) && container.items.length > 0) {
    const spans = spansOf(text, path);
    const [first, second] = spans;
    const last = spans.at(-1);
    if (first === undefined || last === undefined) throw notEditable(path);
    const gap = second !== undefined && endsBlank(text.slice(first.end, second.start)) ? eol : '';
    const next = spans[before];
    if (next === undefined) result = splice(last.end, `${eol}${gap}${indented(first.column)}`);
    else result = splice(aboveComments(text, next.start), `${indented(first.column)}${eol}${gap}`);
  } else {
    const { colon, column } = keyOf(text, path);
    const end = lineEnd(text, colon);
    const [, comment] = /^:(?: *(?:\[ *\]|\{ *\}))?( *(?:#.*)?)$/.exec(text.slice(colon, end)) ?? [];
    if (comment === undefined) throw notEditable(path);
    result = splice(colon + 1, `${comment}${eol}${indented(column + 2)}`, end);
  }
  const added: unknown = parse(lines.join('\n')).toJS();
  checkMeaning(text, result, path, (entries) =>
    Array.isArray(added)
      ? [...entries.slice(0, before), ...added.map((value, index) => [index, value] as const), ...entries.slice(before)]
      : [...entries, ...Object.entries(added as object)],
  );
  return result;
}

/**
 * Takes an entry out of a list or map, with its lines and the blank line that separates it. An emptied container becomes `[]` or `{}`.
 *
 * @param key of the entry, or its position
 * @throws BanyanError `yaml_not_editable`
 */
export function removeEntry(text: string, path: YamlPath, key: string | number): string {
  const container: unknown = parse(text).getIn(path, true);
  const spans = spansOf(text, path);
  const position = isMap(container)
    ? container.items.findIndex((pair) => isScalar(pair.key) && pair.key.value === key)
    : Number(key);
  const span = spans[position];
  if (span === undefined) throw notEditable(path);
  let { start, end } = span;
  const [before, after] = [spans[position - 1], spans[position + 1]];
  if (after !== undefined) {
    const separator = text.slice(end, after.start);
    end = nextLine(text, end);
    const isSeparated = before === undefined || endsBlank(text.slice(before.end, start));
    if (isSeparated && /^\r?\n\r?\n/.test(separator)) end = nextLine(text, end);
  } else if (before !== undefined && endsBlank(text.slice(before.end, start))) {
    start = previousLine(text, start);
    end = nextLine(text, end);
  } else end = nextLine(text, end);
  // Without a line break at the end of the file, the one before goes.
  if (end === text.length && !text.endsWith('\n')) start = text[start - 2] === '\r' ? start - 2 : start - 1;
  let result = text.slice(0, start) + text.slice(end);
  if (spans.length === 1) {
    const { colon } = keyOf(text, path);
    result = `${result.slice(0, colon + 1)} ${isSeq(container) ? '[]' : '{}'}${result.slice(colon + 1)}`;
  }
  checkMeaning(text, result, path, (entries) => entries.filter((_entry, index) => index !== position));
  return result;
}

const parse = (text: string) => parseDocument(text, { keepSourceTokens: true, logLevel: 'silent' });

const isPath = (path: readonly (string | number)[]): path is YamlPath => typeof path[0] === 'string';

function spansOf(text: string, path: YamlPath): readonly Span[] {
  const container: unknown = parse(text).getIn(path, true);
  if (!isCollection(container) || container.flow === true || container.anchor !== undefined) throw notEditable(path);
  const { srcToken } = container;
  if (srcToken?.type !== 'block-seq' && srcToken?.type !== 'block-map') throw notEditable(path);
  return container.items.map((item, index) => {
    const token = srcToken.items[index];
    const first = isSeq(container) ? token?.start.find(({ type }) => type === 'seq-item-ind') : token?.key;
    if (first === null || first === undefined || !('offset' in first)) throw notEditable(path);
    const start = text.lastIndexOf('\n', first.offset - 1) + 1;
    if (text.slice(start, first.offset).trim() !== '') throw notEditable(path);
    return { start, end: lineEnd(text, Math.max(endOf(item), first.offset)), column: first.offset - start };
  });
}

/** Of a node's own text: a collection's range holds what follows, too. */
function endOf(node: unknown): number {
  if (typeof node !== 'object' || node === null) return 0;
  if ('key' in node && 'value' in node) return Math.max(endOf(node.key), endOf(node.value));
  if (isCollection(node) && node.flow !== true) return Math.max(0, ...node.items.map(endOf));
  const range = 'range' in node && Array.isArray(node.range) ? (node.range as readonly number[]) : [];
  // A block scalar has the line break in it.
  return Math.max(0, (range[1] ?? 1) - 1);
}

/** Where the colon behind a container's key is. */
function keyOf(text: string, path: YamlPath): { readonly colon: number; readonly column: number } {
  const document = parse(text);
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined;
  const range = isMap(parent) && parent.flow !== true && isScalar(pair?.key) ? pair.key.range : undefined;
  if (!range || text[range[1]] !== ':') throw notEditable(path);
  return { colon: range[1], column: range[0] - (text.lastIndexOf('\n', range[0] - 1) + 1) };
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  if (end === -1) return text.length;
  return text[end - 1] === '\r' && end > from ? end - 1 : end;
}

function nextLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end + 1;
}

const previousLine = (text: string, start: number): number => text.lastIndexOf('\n', start - 2) + 1;

/** The last line of what is between two entries; comments of the second may follow. */
const endsBlank = (between: string): boolean => /\n[ \t]*\r?\n/.test(between);

/** What is written above an entry is about it. */
function aboveComments(text: string, start: number): number {
  let at = start;
  while (at > 0 && text.slice(previousLine(text, at), at).trim().startsWith('#')) at = previousLine(text, at);
  return at;
}

type Entries = readonly (readonly [string | number, unknown])[];

/** Edits are by position in the text; what they mean is checked by reading it again. */
function checkMeaning(text: string, result: string, path: YamlPath, edit: (entries: Entries) => Entries): void {
  const [before, after] = [parse(text), parse(result)];
  const entriesIn = (content: unknown): Entries =>
    Array.isArray(content) ? content.map((value, index) => [index, value]) : Object.entries(content ?? {});
  const valueAt = (content: unknown): unknown =>
    path.reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], content);
  const values = (entries: Entries): unknown[] =>
    entries.map(([key, value]) => (typeof key === 'number' ? value : [key, value]));
  if (after.errors.length > 0) throw notEditable(path);
  const old: unknown = before.toJS();
  const made: unknown = after.toJS();
  const isMeant = isDeepStrictEqual(values(entriesIn(valueAt(made))), values(edit(entriesIn(valueAt(old)))));
  for (const document of [before, after]) if (document.hasIn(path)) document.setIn(path, 0);
  if (!before.hasIn(path)) before.setIn(path, 0);
  if (!isMeant || !isDeepStrictEqual(before.toJS(), after.toJS())) throw notEditable(path);
}

function notEditable(path: YamlPath): BanyanError {
  return new BanyanError(
    `${path.join('.')} is written in a form that commands cannot edit; write it one entry a line, without [...], {...} and aliases`,
    { code: 'yaml_not_editable' },
  );
}
