import { plot } from './chart.js';
import { count, make, ms, percent, replace, when } from './dom.js';

const COLUMNS = ['Route', 'Stage', 'Answered by', 'p50 / p99', 'Errors', 'Parity', ''];
const last = (list) => list.findLast((value) => value !== null);

/** A row with empty cells, which {@link fillRow} fills. */
export function newRow(id) {
  const cells = COLUMNS.map((label) => make('td', { role: 'cell', 'data-label': label }));
  cells[2].className = cells[3].className = cells[4].className = 'numbers';
  return { main: make('tr', { role: 'row', 'data-route': id }, ...cells), cells, charts: new Map() };
}

/** What a difference is, by its place and types: values stay in the proxy. */
export function differenceText({ path, kind, controlType, candidateType }) {
  if (kind === 'type' && controlType !== undefined) return `${path}: ${controlType} became ${candidateType}`;
  return `${path} (${kind})`;
}

/** Writes a route's state into its row. `page` has `state`, `opened`, `toggle`, `rollBack`, `resume`. */
export function fillRow(row, route, page) {
  const [name, stage, split, chart, errors, parity, actions] = row.cells;
  if (name.childElementCount === 0) {
    name.append(
      make('button', { type: 'button', class: 'name', onclick: () => page.toggle(route.id) }, route.id),
      make('br'),
      make('small', {}),
    );
  }
  name.firstChild.setAttribute('aria-expanded', String(page.opened === route.id));
  if (name.lastChild.textContent !== route.match) name.lastChild.textContent = route.match;

  const share = route.percent === null ? '' : ` ${route.percent} %`;
  replace(
    stage,
    make('span', { class: `stage ${route.stage}` }, route.stage + share),
    ...(route.overriddenBy === null ? [] : [make('br'), make('span', { class: 'bad' }, overriddenText(route))]),
  );
  fillSplit(split, route);
  fillChart(row, chart, route, page.state);

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

const overriddenText = ({ stage, overriddenBy }) =>
  stage === 'shadow' ? `no copies: ${overriddenBy}` : `on legacy: ${overriddenBy}`;

function fillSplit(cell, { answered: { legacy, lambda }, fallbacks }) {
  const all = legacy + lambda;
  if (all === 0) {
    replace(cell, make('small', {}, 'no requests yet'));
    return;
  }
  replace(
    cell,
    `${percent(lambda, all)} Lambda`,
    make(
      'span',
      { class: 'split', 'aria-hidden': 'true' },
      make('span', { class: 'lambda' }),
      make('span', { class: 'legacy' }),
    ),
    make(
      'small',
      {},
      `${count(lambda)} Lambda, ${count(legacy)} legacy${fallbacks > 0 ? `, ${count(fallbacks)} of them by fallback` : ''}`,
    ),
  );
  for (const [i, part] of [...cell.querySelectorAll('.split span')].entries())
    part.style.width = `${(100 * (i === 0 ? lambda : legacy)) / all}%`;
}

function fillChart(row, cell, { series }, { now, span }) {
  if (series === undefined) {
    if (cell.childElementCount === 0) cell.append(make('small', {}, '–'));
    return;
  }
  if (row.charts.size === 0)
    cell.replaceChildren(make('div', { class: 'chart', 'aria-hidden': 'true' }), make('small', {}));
  plot(row.charts, cell.firstChild, series, { now, span, isLarge: false });
  const sides = ['legacy', 'lambda'].filter((side) => last(series[side].p99) !== undefined);
  replace(
    cell.lastChild,
    ...sides.map((side) =>
      make(
        'span',
        { class: `stage ${side}` },
        `${side} ${ms(last(series[side].p50))} / ${ms(last(series[side].p99))} ms`,
      ),
    ),
  );
}

function fillParity(cell, { compared, different, lastMismatch, shadowDropped, shadowDropReasons }) {
  const reasons = shadowDropReasons.map((drop) => `${count(drop.count)} ${drop.reason}`).join(', ');
  if (compared === 0) {
    replace(cell, make('small', {}, shadowDropped > 0 ? `nothing compared, dropped: ${reasons}` : '–'));
    return;
  }
  const [first, ...more] = lastMismatch?.differences ?? [];
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
            `${differenceText(first)}${more.length > 0 ? ` and ${more.length} more` : ''}, ${when(lastMismatch.at)}`,
          ),
        ]),
  );
}

function fillActions(cell, route, page) {
  const isLowered = route.override !== null;
  const isMoved = ['shadow', 'canary', 'lambda'].includes(route.stage);
  const label = isLowered ? 'Resume…' : !isMoved ? '' : route.stage === 'shadow' ? 'Stop copies…' : 'Roll back…';
  if (cell.textContent === label) return;
  const act = () => (isLowered ? page.resume(route.id) : page.rollBack(route.id));
  const attributes = { type: 'button', 'aria-label': `${label.slice(0, -1)} ${route.id}`, onclick: act };
  cell.replaceChildren(...(label === '' ? [] : [make('button', attributes, label)]));
}
