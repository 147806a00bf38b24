/** @import { Page, Route, Row } from './types' */
import { sparkline } from './chart.js';
import { ago, count, make, ms, percent, replace, when } from './dom.js';

/** @param {readonly (number | null)[]} values */
const last = (values) => values.findLast((value) => value !== null);

/** A row of a route by its id, whose empty cells {@link fillRow} fills. @type {(id: string) => Row} */
export function newRow(id) {
  /** @type {(label: string, name?: string) => HTMLElement} */
  const cell = (label, name = '') => make('td', { role: 'cell', 'data-label': label, class: name });
  /** @type {Row['cells']} */
  const cells = [
    cell('Route'),
    cell('Stage'),
    cell('Answered by', 'numbers'),
    cell('p50 / p99', 'numbers'),
    cell('Errors', 'numbers'),
    cell('Parity'),
    cell(''),
  ];
  return { main: make('tr', { role: 'row', 'data-route': id }, ...cells), cells };
}

/**
 * What a difference is, by its place and types: values stay in the proxy.
 *
 * @param {{ path: string, kind: string, controlType?: string, candidateType?: string }} difference
 */
export function differenceText({ path, kind, controlType, candidateType }) {
  if (kind === 'type' && controlType !== undefined) return `${path}: ${controlType} became ${candidateType}`;
  return `${path} (${kind})`;
}

/** Writes a route's state into its row. @type {(row: Row, route: Route, page: Page) => void} */
export function fillRow(row, route, page) {
  const [name, stage, split, chart, errors, parity, actions] = row.cells;
  if (name.childElementCount === 0) {
    name.append(
      make('button', { type: 'button', class: 'name', onclick: () => page.toggle(route.id) }, route.id),
      make('br'),
      make('small'),
    );
  }
  name.firstElementChild?.setAttribute('aria-expanded', String(page.opened === route.id));
  replace(name.lastElementChild, route.match);

  const share = route.percent === null ? '' : ` ${route.percent} %`;
  replace(
    stage,
    ...(route.overriddenBy === null
      ? [make('span', { class: `stage ${route.stage}` }, route.stage + share)]
      : [
          make('span', { class: 'bad' }, overriddenText(route)),
          ...(route.override === null ? [] : [make('small', {}, ` ${ago(route.override.since)}`)]),
          make('br'),
          make('small', {}, `${route.stage}${share} in the route table`),
        ]),
  );
  fillSplit(split, route);
  fillChart(chart, route);

  const asked = route.answered.lambda + route.fallbacks;
  const failed = route.errors.lambda;
  replace(
    errors,
    make('span', { class: failed > 0 ? 'bad' : '' }, `${count(failed)} Lambda`),
    ...(failed > 0 ? [make('small', {}, ` ${percent(failed, Math.max(asked, failed))}`)] : []),
    make('br'),
    make('small', {}, `${count(route.errors.legacy)} legacy`),
  );
  fillParity(parity, route);
  fillActions(actions, route, page);
}

const MINUTE = 60_000;

/** @param {Route} route */
const overriddenText = ({ stage, overriddenBy }) =>
  stage === 'shadow' ? `no copies: ${overriddenBy}` : `on legacy: ${overriddenBy}`;

/** @type {(cell: HTMLElement, route: Route) => void} */
function fillSplit(cell, { answered, fallbacks, recent: { legacy, lambda }, override }) {
  if (answered.legacy + answered.lambda === 0) {
    replace(cell, make('small', {}, 'no requests yet'));
    return;
  }
  const all = legacy + lambda;
  // Then the minute began anew, and its few requests are all since.
  const isNew = override !== null && Date.now() - Date.parse(override.since) < MINUTE;
  const byFallback = fallbacks > 0 ? `, ${count(fallbacks)} fell back` : '';
  replace(
    cell,
    ...(all === 0
      ? [make('small', {}, 'no requests in the last minute')]
      : [
          `${percent(lambda, all)} Lambda`,
          make(
            'span',
            { class: 'split', 'aria-hidden': 'true' },
            part('lambda', lambda / all),
            part('legacy', legacy / all),
          ),
          make('small', {}, `${isNew ? 'since the rollback' : 'last minute'}: ${count(lambda)} of ${count(all)}`),
        ]),
    make('br'),
    make(
      'small',
      {},
      `since start: ${count(answered.lambda)} of ${count(answered.legacy + answered.lambda)}${byFallback}`,
    ),
  );
}

/** @type {(side: 'legacy' | 'lambda', share: number) => HTMLElement} */
function part(side, share) {
  const element = make('span', { class: side });
  // The page's policy refuses the attribute.
  element.style.width = `${100 * share}%`;
  return element;
}

/** @type {(cell: HTMLElement, route: Route) => void} */
function fillChart(cell, { series }) {
  if (series === undefined) {
    replace(cell, make('small', {}, '–'));
    return;
  }
  const sides = Object.entries(series).flatMap(([side, { p50, p99 }]) =>
    last(p99) === undefined
      ? []
      : [make('span', { class: `stage ${side}` }, `${side} ${ms(last(p50))} / ${ms(last(p99))} ms`)],
  );
  replace(cell, sparkline(series), make('small', {}, ...sides));
}

/** @type {(cell: HTMLElement, route: Route) => void} */
function fillParity(cell, { compared, different, lastMismatch, shadowDropped, shadowDropReasons }) {
  const reasons = shadowDropReasons.map((drop) => `${count(drop.count)} ${drop.reason}`).join(', ');
  if (compared === 0) {
    replace(cell, make('small', {}, shadowDropped > 0 ? `nothing compared, dropped: ${reasons}` : '–'));
    return;
  }
  const [first, ...more] = lastMismatch?.differences ?? [];
  const at = lastMismatch?.at ?? 0;
  replace(
    cell,
    make(
      'span',
      { class: different > 0 ? 'bad' : 'good' },
      different > 0
        ? `${count(different)} of ${count(compared)} differ`
        : `${count(compared)} of ${count(compared)} equal`,
    ),
    ...(shadowDropped > compared ? [make('br'), make('small', {}, `dropped: ${reasons}`)] : []),
    ...(first === undefined
      ? []
      : [
          make('br'),
          make(
            'small',
            {},
            `${differenceText(first)}${more.length > 0 ? ` and ${more.length} more` : ''}, ${when(at)}`,
          ),
        ]),
  );
}

/** @type {(cell: HTMLElement, route: Route, page: Page) => void} */
function fillActions(cell, route, page) {
  const isRolledBack = route.override !== null;
  const isMoved = ['shadow', 'canary', 'lambda'].includes(route.stage);
  const label = isRolledBack ? 'Resume…' : !isMoved ? '' : route.stage === 'shadow' ? 'Stop copies…' : 'Roll back…';
  if (cell.textContent === label) return;
  // The same button, so that the focus comes back to it from the dialog.
  const button = cell.querySelector('button') ?? make('button', { type: 'button', onclick: () => act(route.id, page) });
  button.textContent = label;
  button.setAttribute('aria-label', `${label.slice(0, -1)} ${route.id}`);
  cell.replaceChildren(...(label === '' ? [] : [button]));
}

/** @type {(id: string, page: Page) => void} */
function act(id, page) {
  const route = page.state?.routes.find((one) => one.id === id);
  if (route?.override === null) page.rollBack(route);
  else if (route !== undefined) page.resume(route);
}
