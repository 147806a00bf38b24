/** @import { Mark } from './chart' */
/** @import { Detail, Route, State } from './types' */
import { chart, shownMarks } from './chart.js';
import { count, make, replace, when } from './dom.js';
import { differenceText } from './route-row.js';

/** The row below that of the route with this id; {@link fillDetail} fills it. @type {(id: string) => HTMLElement} */
export function newDetail(id) {
  const parts = ['charts', '', '', ''].map((name) => make('div', { class: name }));
  const cell = make('td', { role: 'cell', colspan: '7' }, make('div', { class: 'detail' }, ...parts));
  return make('tr', { role: 'row', 'data-detail': id }, cell);
}

/**
 * @param {Element} element made by {@link newDetail}
 * @param {Route} route
 * @param {Detail | undefined} detail undefined until it is read
 * @param {State} state
 */
export function fillDetail(element, route, detail, state) {
  const [graphs = null, step = null, parity = null, past = null] = element.querySelectorAll('.detail > div');
  replace(
    graphs,
    ...(detail === undefined ? ['Reading…'] : charts(detail, marksOf(route, detail.history, state), state)),
  );
  replace(step, ...rolledBack(route), ...nextStep(route, detail?.lacking));
  replace(parity, make('h3', {}, 'Evidence on these versions'), ...evidence(detail?.evidence));
  replace(past, make('h3', {}, 'History'), ...history(detail?.history));
}

/** @type {(detail: Detail, all: readonly Mark[], state: State) => Node[]} */
function charts({ charts: { p99, errors, consistency } }, all, state) {
  const marks = shownMarks(all, state);
  /** @type {(title: string, what: Omit<Parameters<typeof chart>[0], 'title' | 'marks'>) => Node} */
  const figure = (title, what) =>
    make('figure', {}, make('figcaption', {}, title), chart({ title, marks, ...what }, state));
  const sides = (/** @type {typeof p99} */ { legacy, lambda }) => [
    { name: 'legacy', values: legacy },
    { name: 'lambda', values: lambda },
  ];
  return [
    figure('Consistency', { unit: '%', lines: [{ name: 'equal', values: consistency }], isShareOfAll: true }),
    figure('p99', { unit: 'ms', lines: sides(p99) }),
    figure('Errors, before fallback', { unit: '%', lines: sides(errors) }),
    make(
      'p',
      { class: 'soft key' },
      make('span', { class: 'stage legacy' }, 'legacy'),
      make('span', { class: 'stage lambda' }, 'Lambda'),
      make('span', { class: 'stage equal' }, 'equal'),
      ...marks.map(({ text, isBad }, i) => make('span', { class: isBad ? 'bad' : '' }, `${i + 1}: ${text}`)),
    ),
  ];
}

/**
 * What happened to a route. The history is written a second later than an override is in force, and not without MongoDB.
 *
 * @type {(route: Route, history: Detail['history'], state: State) => readonly Mark[]}
 */
function marksOf({ override }, history, { killSwitch }) {
  const entries = (history ?? []).map(({ at, action, to, percent, by }) => ({
    at: Date.parse(at),
    isBad: action === 'lowered' || action === 'kill-switch-on',
    text: `${when(at)} ${actionText(action, to, percent)} (${by})`,
  }));
  const present = [
    { entry: override, action: 'lowered' },
    { entry: killSwitch, action: 'kill-switch-on' },
  ].flatMap(({ entry, action }) => {
    if (entry === null || entries.some(({ at }) => at === Date.parse(entry.since))) return [];
    const { since, by } = entry;
    return [{ at: Date.parse(since), isBad: true, text: `${when(since)} ${actionText(action)} (${by})` }];
  });
  return [...entries, ...present];
}

/** @param {Route} route */
function rolledBack({ override }) {
  if (override === null) return [];
  const numbers = Object.entries(override.evidence ?? {});
  return [
    make('h3', { class: 'bad' }, 'Rolled back'),
    make('p', {}, `${when(override.since)}, ${override.by}: ${override.why}`),
    ...(numbers.length === 0
      ? []
      : [
          make(
            'dl',
            {},
            ...numbers.map(([name, value]) =>
              make(
                'div',
                {},
                make('dt', {}, inWords(name)),
                make('dd', {}, typeof value === 'number' ? count(value) : value),
              ),
            ),
          ),
        ]),
  ];
}

/** `lambdaErrors` is `lambda errors`. @type {(name: string) => string} */
const inWords = (name) => name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();

/** @type {(route: Route, lacking: Detail['lacking'] | undefined) => (string | Node)[]} */
function nextStep({ id, stage, percent, line, next, override }, lacking) {
  const title = make('h3', {}, 'Next step');
  if (override !== null)
    return [
      title,
      'When the cause is fixed, resume:',
      make('pre', {}, `npm run banyan -- resume ${id} --reason "..."`),
    ];
  if (next === null) return [title, 'None: the monolith no longer has this route.'];
  const [removed, added] = [
    [`stage: ${stage}`, ...(percent === null ? [] : [`percent: ${percent}`])].map((text) =>
      make('del', {}, `- ${text}\n`),
    ),
    next.lines.map((text) => make('ins', {}, `+ ${text}\n`)),
  ];
  const missing = lacking ?? [];
  const isLacking = missing.length > 0;
  return [
    ...(isLacking ? stillMissing(missing) : []),
    title,
    ...(lacking?.length === 0 ? [make('p', { class: 'good' }, 'The evidence suffices.')] : []),
    isLacking
      ? `Not yet. When nothing is missing, change line ${line} of routes.yml and commit it:`
      : `Change line ${line} of routes.yml and commit it:`,
    make('pre', { class: isLacking ? 'later' : '' }, ...removed, ...added),
    'or let a command check the evidence and change it:',
    make('pre', { class: isLacking ? 'later' : '' }, next.command),
  ];
}

/** @param {NonNullable<Detail['lacking']>} lacking */
function stillMissing(lacking) {
  return [
    make('h3', { class: 'bad' }, 'Still missing'),
    make(
      'ul',
      {},
      ...lacking.map(({ text, remedy, alternatives = [] }) =>
        make(
          'li',
          {},
          text,
          ...[remedy, ...alternatives.map((other) => `or ${other}`)].map((line) =>
            make('div', { class: 'soft' }, `→ ${line}`),
          ),
        ),
      ),
    ),
  ];
}

/** @param {Detail['evidence'] | undefined} found */
function evidence(found) {
  if (found === undefined) return ['Reading…'];
  if (found === null) return ['The ledger is not available: MongoDB is unreachable or not configured.'];
  const { comparisons, suite, coverage, mismatches, drops } = found;
  /** @param {(string | Node)[]} content */
  const item = (...content) => make('li', {}, ...content);
  const covered = Object.entries(coverage).filter(([, tallies]) => tallies.length > 0);
  return [
    make(
      'ul',
      {},
      ...(comparisons.length === 0 ? [item('No comparisons yet.')] : []),
      ...comparisons.map((sum) =>
        item(`${sum.source}: ${count(sum.count - sum.different)} of ${count(sum.count)} equal, on ${sum.database}`),
      ),
      ...(drops.length === 0
        ? []
        : [item(`Copies not compared: ${drops.map((drop) => `${count(drop.count)} ${drop.reason}`).join(', ')}`)]),
      item(
        suite === undefined
          ? 'Parity suite: not recorded'
          : `Parity suite: ${suite.equal} of ${suite.cases} equal, on ${suite.database}, ${when(suite.at)}`,
      ),
      ...covered.map(([name, tallies]) =>
        item(
          `${inWords(name)}: ${tallies.map(({ value, equal, different }) => `${value === '' ? '(none)' : value} ×${count(equal + different)}`).join(', ')}`,
        ),
      ),
    ),
    ...(mismatches.length === 0
      ? []
      : [
          make('h3', {}, 'Last mismatches'),
          make(
            'ul',
            {},
            ...mismatches
              .slice(0, 5)
              .map(({ statusCode, identity, differences, count: times, lastAt }) =>
                item(
                  make('code', {}, differences.map(differenceText).join(', ')),
                  ` ${count(times)} ${times === 1 ? 'time' : 'times'}, last ${when(lastAt)}; status ${statusCode}, ${identity}`,
                ),
              ),
          ),
        ]),
  ];
}

/** A stored action, as people say it. @type {(action: string, to?: string, percent?: number) => string} */
function actionText(action, to = '', percent) {
  const stage = `${to}${percent ? ` ${percent} %` : ''}`;
  if (action === 'seen') return `moved to ${stage} (routes.yml)`;
  if (action === 'lowered') return 'rolled back to legacy';
  return `${action.replaceAll('-', ' ')}${stage === '' ? '' : ` to ${stage}`}`;
}

/** @param {Detail['history'] | undefined} entries */
function history(entries) {
  if (entries === undefined) return ['Reading…'];
  if (entries === null) return ['The ledger is not available: MongoDB is unreachable or not configured.'];
  if (entries.length === 0) return ['Nothing recorded.'];
  return [
    make(
      'ol',
      {},
      ...entries
        .slice(0, 10)
        .map(({ at, action, to, percent, by, why }) =>
          make('li', {}, make('strong', {}, actionText(action, to, percent)), ` ${when(at)}, ${by}: ${why}`),
        ),
    ),
  ];
}
