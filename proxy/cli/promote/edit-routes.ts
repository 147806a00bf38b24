import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, parseDocument, type Pair, type YAMLMap } from 'yaml';
import { BanyanError } from '../../../shared/errors';
import type { Target } from '../../ledger/obstacles';

/** Sets stage and percent of a route in the text, nothing else; on canary without a percent the ceiling stays that is there. Throws BanyanError when it cannot be edited safely (aliases, for example). */
export function editStage(text: string, routeId: string, { stage, percent }: Target): string {
  const document = parseDocument(text);
  const routes = document.get('routes');
  const route = isSeq(routes) ? routes.items.find((item) => isMap(item) && item.get('id') === routeId) : undefined;
  if (!isMap(route)) throw cannotEdit(routeId);

  const edits: Edit[] = [replaceValue(route, 'stage', stage, routeId)];
  const ceiling = route.get('percent');
  const share = stage === 'canary' ? (percent ?? (typeof ceiling === 'number' ? ceiling : undefined)) : undefined;
  if (route.has('percent')) {
    edits.push(
      share === undefined
        ? removePair(text, route, 'percent', routeId)
        : replaceValue(route, 'percent', share, routeId),
    );
  } else if (share !== undefined) edits.push(insertAfterStage(text, route, share, routeId));

  const edited = edits
    .sort((a, b) => b.start - a.start)
    .reduce((result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end), text);

  // The edit is by position in the text; what it means is checked by reading it again.
  const wanted = parseDocument(text);
  const wantedRoutes: unknown = wanted.get('routes');
  const position = isSeq(routes) ? routes.items.indexOf(route) : -1;
  if (isSeq(wantedRoutes)) {
    wantedRoutes.setIn([position, 'stage'], stage);
    if (share === undefined) wantedRoutes.deleteIn([position, 'percent']);
    else wantedRoutes.setIn([position, 'percent'], share);
  }
  const result = parseDocument(edited);
  if (result.errors.length > 0 || !isDeepStrictEqual(result.toJS(), wanted.toJS())) throw cannotEdit(routeId);
  return edited;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function replaceValue(route: YAMLMap, key: string, value: string | number, routeId: string): Edit {
  const [start, end] = rangeOf(pairOf(route, key, routeId).value, routeId);
  return { start, end, text: String(value) };
}

/** In a block on a line of its own below `stage`, indented like it; in `{...}` behind it. */
function insertAfterStage(text: string, route: YAMLMap, percent: number, routeId: string): Edit {
  const { key, value } = pairOf(route, 'stage', routeId);
  const [, valueEnd] = rangeOf(value, routeId);
  if (route.flow === true) return { start: valueEnd, end: valueEnd, text: `, percent: ${percent}` };
  const [keyStart] = rangeOf(key, routeId);
  const column = keyStart - (text.lastIndexOf('\n', keyStart - 1) + 1);
  const lineEnd = endOfLine(text, valueEnd);
  const lineBreak = text.slice(0, lineEnd).endsWith('\r') ? '\r\n' : '\n';
  const start = lineBreak === '\r\n' ? lineEnd - 1 : lineEnd;
  return { start, end: start, text: `${lineBreak}${' '.repeat(column)}percent: ${percent}` };
}

/** With its line, and a comment at its end; in `{...}` with the comma before it. */
function removePair(text: string, route: YAMLMap, key: string, routeId: string): Edit {
  const pair = pairOf(route, key, routeId);
  const [keyStart] = rangeOf(pair.key, routeId);
  const [, valueEnd] = rangeOf(pair.value, routeId);
  if (route.flow === true) {
    const comma = text.lastIndexOf(',', keyStart);
    return { start: comma, end: valueEnd, text: '' };
  }
  const lineStart = text.lastIndexOf('\n', keyStart - 1) + 1;
  // `- percent: 10` as the first key carries the dash, which must stay.
  if (text.slice(lineStart, keyStart).trim() !== '') throw cannotEdit(routeId);
  return { start: lineStart, end: Math.min(endOfLine(text, valueEnd) + 1, text.length), text: '' };
}

function pairOf(route: YAMLMap, key: string, routeId: string): Pair {
  const pair = route.items.find((item) => isScalar(item.key) && item.key.value === key);
  if (pair === undefined) throw cannotEdit(routeId);
  return pair;
}

function rangeOf(node: unknown, routeId: string): readonly [start: number, end: number] {
  if (!isScalar(node) || !node.range || node.anchor !== undefined) throw cannotEdit(routeId);
  return [node.range[0], node.range[1]];
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

function cannotEdit(routeId: string): BanyanError {
  return new BanyanError(
    `route "${routeId}" is written in a form that commands cannot edit; change its stage in the file by hand`,
    { code: 'routes_not_editable' },
  );
}
