/** @import { Detail, Route, State } from './types' */
import { clock } from './dom.js';

/** Points between which nothing was counted are joined when they are this close, in spans: a minute. */
const JOINED = 6;
const WIDTH = 340;
const HEIGHT = 130;
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 8, 14, 18];

/**
 * A line of a chart: values by span, oldest first, null where there was nothing; its class says how it is drawn.
 * @typedef {{ readonly name: string, readonly values: readonly (number | null)[] }} Line
 */

/**
 * What happened to a route, marked in its charts and named by its number below them.
 * @typedef {{ readonly at: number, readonly isBad: boolean, readonly text: string }} Mark
 */

/** When the last span that is shown ends. @type {(state: Pick<State, 'now' | 'span'>) => number} */
const endOf = ({ now, span }) => (Math.floor(now / span) + 1) * span;

/** Those within what the charts show, oldest first. @type {(marks: readonly Mark[], state: State) => readonly Mark[]} */
export function shownMarks(marks, state) {
  const to = endOf(state);
  const from = to - state.spans * state.span;
  return marks.filter(({ at }) => at >= from && at < to).sort((a, b) => a.at - b.at);
}

/** Both sides' p50 and p99, small. @type {(series: NonNullable<Route['series']>) => Element} */
export function sparkline({ legacy, lambda }) {
  const lines = [
    { name: 'legacy', values: legacy.p50 },
    { name: 'legacy p99', values: legacy.p99 },
    { name: 'lambda', values: lambda.p50 },
    { name: 'lambda p99', values: lambda.p99 },
  ];
  const box = { left: 2, right: 168, top: 3, bottom: 42 };
  const attributes = { viewBox: '0 0 170 44', class: 'spark', 'aria-hidden': 'true' };
  return svg('svg', attributes, ...drawn(lines, box, { bottom: 0, top: Math.max(1, ...valuesOf(lines)) }));
}

/**
 * A chart with both axes. Pure: the same data make the same picture.
 *
 * @param {{ title: string, unit: string, lines: readonly Line[], marks: readonly Mark[], isShareOfAll?: boolean }} what
 * `isShareOfAll`: the axis ends at 100, and begins where that shows what is missing
 * @param {State} state
 */
export function chart({ title, unit, lines, marks, isShareOfAll = false }, state) {
  const box = { left: LEFT, right: WIDTH - RIGHT, top: TOP, bottom: HEIGHT - BOTTOM };
  const values = valuesOf(lines);
  const scale = isShareOfAll
    ? { bottom: [99, 90, 50].find((value) => Math.min(100, ...values) >= value) ?? 0, top: 100 }
    : { bottom: 0, top: roundUp(Math.max(1, ...values)) };
  const to = endOf(state);
  const from = to - state.spans * state.span;
  const grid = [0, 0.5, 1].flatMap((part) => {
    const [x, y] = [along(box.left, box.right, part), along(box.bottom, box.top, part)];
    const value = along(scale.bottom, scale.top, part);
    return [
      svg('path', { class: 'grid', d: `M${box.left} ${y}H${box.right}` }),
      svg('text', { x: String(box.left - 4), y: String(y + 4), class: 'end' }, `${Number(value.toFixed(1))} ${unit}`),
      svg(
        'text',
        { x: String(x), y: String(HEIGHT - 3), class: TIME_ANCHORS[2 * part] ?? '' },
        clock(along(from, to, part)),
      ),
    ];
  });
  const marked = marks.flatMap(({ at, isBad, text }, i) => {
    const x = along(box.left, box.right, (at - from) / (to - from)).toFixed(1);
    const line = svg('path', { d: `M${x} ${box.top}V${box.bottom}` }, svg('title', {}, text));
    return svg(
      'g',
      { class: `mark${isBad ? ' bad' : ''}` },
      line,
      svg('text', { x, y: String(TOP - 3), class: 'middle' }, String(i + 1)),
    );
  });
  const nothing = svg(
    'text',
    { x: String(along(box.left, box.right, 0.5)), y: String(along(box.top, box.bottom, 0.45)), class: 'middle' },
    'nothing yet',
  );
  const label = `${title}, last ${(state.spans * state.span) / 60_000} minutes: ${summary(lines, unit)}`;
  const attributes = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'chart', role: 'img', 'aria-label': label };
  return svg('svg', attributes, ...grid, ...(values.length === 0 ? [nothing] : drawn(lines, box, scale)), ...marked);
}
const TIME_ANCHORS = ['', 'middle', 'end'];

/** @typedef {{ readonly left: number, readonly right: number, readonly top: number, readonly bottom: number }} Box */

/** @type {(lines: readonly Line[], box: Box, scale: { readonly bottom: number, readonly top: number }) => Element[]} */
function drawn(lines, box, { bottom, top }) {
  return lines.map(({ name, values }) => {
    let last = -Infinity;
    const points = values.map((value, i) => {
      if (value === null) return '';
      const x = along(box.left, box.right, (i + 0.5) / values.length).toFixed(1);
      const y = along(box.bottom, box.top, (value - bottom) / (top - bottom)).toFixed(1);
      const isJoined = i - last <= JOINED;
      last = i;
      // A point by itself is a line of no length, which its round ends make a dot.
      return isJoined ? `L${x} ${y}` : `M${x} ${y}h0`;
    });
    return svg('path', { class: `line ${name}`, d: points.join('') });
  });
}

/** @type {(lines: readonly Line[]) => number[]} */
const valuesOf = (lines) => lines.flatMap(({ values }) => values.filter((value) => value !== null));

/** What the lines end at, for those who cannot see them. @type {(lines: readonly Line[], unit: string) => string} */
const summary = (lines, unit) =>
  lines
    .map(({ name, values }) => {
      const last = values.findLast((value) => value !== null);
      return `${name} ${last === undefined ? 'nothing' : `${last} ${unit}`}`;
    })
    .join(', ');

/** The next of 1, 2, 5, 10, 20... @type {(value: number) => number} */
function roundUp(value) {
  const ten = 10 ** Math.floor(Math.log10(value));
  return ten * ([1, 2, 5].find((step) => step * ten >= value) ?? 10);
}

/** @type {(from: number, to: number, part: number) => number} */
const along = (from, to, part) => from + (to - from) * part;

/** @type {(tag: string, attributes: Readonly<Record<string, string>>, ...content: (string | Node)[]) => Element} */
function svg(tag, attributes, ...content) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...content);
  return element;
}
