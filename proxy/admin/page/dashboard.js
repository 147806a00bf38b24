/**
 * The dashboard. Reads /api/state every two seconds and changes what differs. Everything is written as text, never as markup.
 */
import uPlot from './uplot.js';

const POLL = 2_000;
const STAGES = ['legacy', 'shadow', 'canary', 'lambda', 'retired'];
const TOKEN_KEY = 'banyan-token';

const byId = (id) => document.getElementById(id);

/** Makes an element; `content` are texts and elements. */
function make(tag, attributes = {}, ...content) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'onclick') element.addEventListener('click', value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...content);
  return element;
}

/** Changes a part of the page only when it differs, so that focus and selection stay. */
function replace(element, ...content) {
  const next = make('div', {}, ...content);
  if (next.innerHTML !== element.innerHTML) element.replaceChildren(...next.childNodes);
}

/* A token given as /#token=... goes to this tab's memory and out of the address. */
const given = new URLSearchParams(location.hash.slice(1)).get('token');
if (given !== null) {
  sessionStorage.setItem(TOKEN_KEY, given);
  history.replaceState(null, '', location.pathname);
}

async function ask(path, body) {
  const token = sessionStorage.getItem(TOKEN_KEY);
  const response = await fetch(path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok)
    throw Object.assign(new Error(answer.error ?? `status ${response.status}`), { status: response.status });
  return answer;
}

let state;
const rows = new Map();
let opened = '';
let detail;

const percent = (part, whole) =>
  whole === 0 ? '0 %' : `${((100 * part) / whole).toFixed(part > 0 && part < whole ? 1 : 0)} %`;
const ms = (value) => (value === null || value === undefined ? '–' : `${value < 10 ? value : Math.round(value)} ms`);
const when = (time) => new Date(time).toLocaleString();
const last = (list) => list.findLast((value) => value !== null);

function draw() {
  const { routes, stages, killSwitch, known, token, unlisted } = state;
  const total = routes.length;
  byId('bar').setAttribute(
    'aria-label',
    STAGES.map((stage) => `${stages[stage]} of ${total} routes on ${stage}`).join(', '),
  );
  replace(
    byId('bar'),
    ...STAGES.filter((stage) => stages[stage] > 0).map((stage) => {
      const part = make('span', { class: stage, title: `${stage}: ${stages[stage]}` });
      part.style.flexGrow = stages[stage];
      return part;
    }),
  );
  for (const [i, part] of [...byId('bar').children].entries()) {
    part.style.flexGrow = stages[STAGES.filter((stage) => stages[stage] > 0)[i]];
  }
  replace(
    byId('legend'),
    ...STAGES.map((stage) => make('li', {}, make('span', { class: `stage ${stage}` }, `${stage} ${stages[stage]}`))),
    make('li', { class: 'soft' }, `${unlisted} requests to unlisted paths`),
  );
  replace(
    byId('alerts'),
    ...(killSwitch === null
      ? []
      : [
          make(
            'p',
            {},
            make('strong', {}, 'Kill switch is on. '),
            `All listed routes are on legacy. ${killSwitch.by}: ${killSwitch.why} (${when(killSwitch.since)})`,
          ),
        ]),
    ...(known
      ? []
      : [
          make(
            'p',
            {},
            'MongoDB has not been seen since the start, so nobody knows what was rolled back: listed routes are on legacy.',
          ),
        ]),
  );
  replace(byId('who'), token === null ? 'reading' : `${token.name}${token.mayChange ? '' : ' (may only read)'}`);
  const button = byId('kill-switch');
  button.hidden = false;
  button.className = killSwitch === null ? 'danger' : '';
  button.textContent = killSwitch === null ? 'Kill switch…' : 'Switch back on…';
  drawRoutes(routes);
}

function isShown(route) {
  const wanted = byId('search').value.trim().toLowerCase();
  const isMoving = route.stage === 'shadow' || route.stage === 'canary' || route.overriddenBy !== null;
  if (byId('moving').checked && !isMoving) return false;
  return wanted === '' || route.id.includes(wanted) || route.match.toLowerCase().includes(wanted);
}

function drawRoutes(routes) {
  const shown = routes.filter(isShown);
  const body = byId('routes');
  const ids = new Set(shown.map(({ id }) => id));
  for (const [id, row] of rows) {
    if (ids.has(id)) continue;
    row.main.remove();
    row.detail?.remove();
    rows.delete(id);
  }
  const wanted = shown.flatMap((route) => {
    let row = rows.get(route.id);
    if (row === undefined) rows.set(route.id, (row = newRow(route.id)));
    fill(row, route);
    return row.detail ? [row.main, row.detail] : [row.main];
  });
  // A row that is moved loses the focus, so only those in a wrong place are.
  wanted.forEach((element, i) => {
    if (body.children[i] !== element) body.insertBefore(element, body.children[i] ?? null);
  });
  byId('none').hidden = shown.length > 0;
}

function newRow(id) {
  const cells = Array.from({ length: 7 }, () => make('td'));
  cells[2].className = cells[4].className = 'numbers';
  return { main: make('tr', { 'data-route': id }, ...cells), cells, charts: new Map() };
}

function fill(row, route) {
  const [name, stage, split, chart, errors, parity, actions] = row.cells;
  const isOpen = opened === route.id;
  if (name.childElementCount === 0) {
    name.append(
      make('button', { type: 'button', class: 'name', onclick: () => toggle(route.id) }, route.id),
      make('br'),
      make('small', {}),
    );
  }
  name.firstChild.setAttribute('aria-expanded', String(isOpen));
  name.lastChild.textContent = route.match;

  const share = route.percent === null ? '' : ` ${route.percent} %`;
  replace(
    stage,
    make('span', { class: `stage ${route.stage}` }, route.stage + share),
    ...(route.overriddenBy === null
      ? []
      : [make('br'), make('span', { class: 'bad' }, `on legacy: ${route.overriddenBy}`)]),
  );

  const { legacy, lambda } = route.answered;
  const all = legacy + lambda;
  replace(
    split,
    ...(all === 0
      ? [make('small', {}, 'no requests yet')]
      : [
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
            `${lambda} Lambda, ${legacy} legacy${route.fallbacks > 0 ? `, ${route.fallbacks} by fallback` : ''}`,
          ),
        ]),
  );
  for (const [i, part] of [...split.querySelectorAll('.split span')].entries()) {
    part.style.width = `${(100 * (i === 0 ? lambda : legacy)) / all}%`;
  }

  if (route.series !== undefined) {
    if (chart.childElementCount === 0)
      chart.append(make('div', { class: 'chart' }), make('small', { class: 'numbers' }));
    plot(row, chart.firstChild, route.series, false);
    const of = (side) => `${side} ${ms(last(route.series[side].p50))} / ${ms(last(route.series[side].p99))}`;
    chart.lastChild.textContent = ['legacy', 'lambda']
      .filter((side) => last(route.series[side].p99) !== undefined)
      .map(of)
      .join(' · ');
  } else if (chart.childElementCount === 0) chart.append(make('small', {}, '–'));

  const failed = route.errors.lambda;
  replace(
    errors,
    make('span', { class: failed > 0 ? 'bad' : '' }, `${failed} Lambda`),
    make('br'),
    make('small', {}, `${route.errors.legacy} legacy`),
  );

  replace(
    parity,
    ...(route.compared === 0
      ? [make('small', {}, 'nothing compared')]
      : [
          make(
            'span',
            { class: route.different > 0 ? 'bad' : 'good' },
            `${route.compared - route.different} of ${route.compared} equal`,
          ),
          ...(route.lastMismatch === null
            ? []
            : [
                make('br'),
                make('small', {}, `last: ${route.lastMismatch.differences.map((found) => found.path).join(', ')}`),
              ]),
        ]),
  );

  const isLowered = route.override !== null;
  const label = isLowered ? 'Resume…' : 'Roll back…';
  const isMoved = route.stage === 'canary' || route.stage === 'lambda' || route.stage === 'shadow';
  if (actions.textContent !== (isMoved || isLowered ? label : '')) {
    actions.replaceChildren(
      ...(isMoved || isLowered
        ? [
            make(
              'button',
              {
                type: 'button',
                'aria-label': `${label.slice(0, -1)} ${route.id}`,
                onclick: () => (isLowered ? resume(route.id) : rollBack(route.id)),
              },
              label,
            ),
          ]
        : []),
    );
  }
  if (isOpen) fillDetail(row, route);
  else if (row.detail) {
    row.detail.remove();
    row.detail = undefined;
    row.charts.delete('large');
  }
}

function fillDetail(row, route) {
  if (row.detail === undefined) {
    const cell = make(
      'td',
      { colspan: '7' },
      make(
        'div',
        { class: 'detail' },
        make(
          'div',
          {},
          make('h3', {}, 'Latency, last 15 minutes'),
          make('div', { class: 'chart large' }),
          make('p', { class: 'soft' }, 'Lines: p50; dashed: p99. Grey is legacy, blue is Lambda.'),
        ),
        make('div'),
        make('div'),
        make('div'),
      ),
    );
    row.detail = make('tr', { 'data-detail': route.id }, cell);
  }
  const [chart, step, parity, past] = row.detail.querySelector('.detail').children;
  const series = detail?.id === route.id ? detail.series : route.series;
  if (series !== undefined) plot(row, chart.querySelector('.chart'), series, true);
  replace(
    step,
    make('h3', {}, 'Next step'),
    ...(route.next === null
      ? ['None: the monolith no longer has this route.']
      : [
          `Change line ${route.line} of routes.yml and commit it, or let the command check the evidence and do it:`,
          make(
            'pre',
            {},
            `- stage: ${route.stage}${route.percent === null ? '' : `\n- percent: ${route.percent}`}\n${route.next.lines.map((line) => `+ ${line}`).join('\n')}`,
          ),
          make('pre', {}, route.next.command),
        ]),
    ...(route.override === null
      ? []
      : [
          make('h3', {}, 'Rolled back'),
          make('p', {}, `${route.override.by}: ${route.override.why} (${when(route.override.since)})`),
          ...(route.override.evidence
            ? [
                make(
                  'pre',
                  {},
                  Object.entries(route.override.evidence)
                    .map(([key, value]) => `${key}: ${value}`)
                    .join('\n'),
                ),
              ]
            : []),
        ]),
  );
  const evidence = detail?.id === route.id ? detail.evidence : undefined;
  replace(
    parity,
    make('h3', {}, 'Evidence on these versions'),
    ...(evidence === undefined
      ? ['Reading…']
      : evidence === null
        ? ['The ledger cannot be read: MongoDB is away or not set.']
        : [
            ...(evidence.comparisons.length === 0
              ? ['No comparisons yet.']
              : [
                  make(
                    'ul',
                    {},
                    ...evidence.comparisons.map((sum) =>
                      make(
                        'li',
                        {},
                        `${sum.source}: ${sum.count - sum.different} of ${sum.count} equal (${sum.database})`,
                      ),
                    ),
                  ),
                ]),
            ...(evidence.mismatches.length === 0
              ? []
              : [
                  make('h3', {}, 'Last mismatches'),
                  make(
                    'ul',
                    {},
                    ...evidence.mismatches
                      .slice(0, 5)
                      .map((found) =>
                        make(
                          'li',
                          {},
                          `${found.statusCode} ${found.identity}: ${found.differences.map(({ path, kind }) => `${path} (${kind})`).join(', ')} — ${found.count} times, last ${when(found.lastAt)}`,
                        ),
                      ),
                  ),
                ]),
          ]),
  );
  const history = detail?.id === route.id ? detail.history : undefined;
  replace(
    past,
    make('h3', {}, 'History'),
    ...(history === undefined || history === null || history.length === 0
      ? ['Nothing recorded.']
      : [
          make(
            'ol',
            {},
            ...history
              .slice(0, 10)
              .map((entry) =>
                make(
                  'li',
                  {},
                  `${when(entry.at)}: ${entry.action}${entry.to ? ` to ${entry.to}` : ''}${entry.percent ? ` ${entry.percent} %` : ''}, ${entry.by}: ${entry.why}`,
                ),
              ),
          ),
        ]),
  );
}

/** Draws both sides' p50 and p99. */
function plot(row, element, series, isLarge) {
  const times = series.legacy.p50.map((_, i) => (state.now - (series.legacy.p50.length - 1 - i) * state.span) / 1000);
  const data = [times, series.legacy.p50, series.legacy.p99, series.lambda.p50, series.lambda.p99];
  const key = isLarge ? 'large' : 'small';
  const existing = row.charts.get(key);
  if (existing !== undefined) {
    existing.setData(data);
    return;
  }
  const style = getComputedStyle(document.documentElement);
  const [grey, blue, soft, line] = ['--legacy', '--lambda', '--soft', '--line'].map((name) =>
    style.getPropertyValue(name).trim(),
  );
  const curve = (label, stroke, dash) => ({
    label,
    stroke,
    width: 1.5,
    spanGaps: true,
    points: { show: true, size: 4 },
    ...(dash && { dash: [4, 3] }),
  });
  const axis = { stroke: soft, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  const options = {
    width: isLarge ? Math.max(element.clientWidth, 260) : 190,
    height: isLarge ? 180 : 44,
    legend: { show: false },
    cursor: { show: false },
    padding: isLarge ? undefined : [4, 6, 4, 2],
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(max ?? 1, 1) * 1.1] } },
    axes: isLarge
      ? [axis, { ...axis, size: 60, values: (_plot, values) => values.map((value) => `${value} ms`) }]
      : [{ show: false }, { show: false }],
    series: [
      {},
      curve('legacy p50', grey),
      curve('legacy p99', grey, true),
      curve('lambda p50', blue),
      curve('lambda p99', blue, true),
    ],
  };
  row.charts.set(key, new uPlot(options, data, element));
}

function toggle(id) {
  opened = opened === id ? '' : id;
  detail = undefined;
  draw();
  if (opened !== '') void readDetail();
}

async function readDetail() {
  const wanted = opened;
  try {
    const answer = await ask(`api/routes/${wanted}`);
    if (opened !== wanted) return;
    detail = answer;
    draw();
  } catch {
    // The next poll says what is wrong.
  }
}

/** Asks before anything is changed. */
function confirmChange(title, text, action, change) {
  const dialog = byId('confirm');
  byId('confirm-title').textContent = title;
  byId('confirm-text').textContent = text;
  byId('go').textContent = action;
  byId('confirm-fault').textContent = '';
  byId('why').value = '';
  byId('token-label').hidden = state.token !== null && state.token.mayChange;
  dialog.querySelector('form').onsubmit = async (event) => {
    event.preventDefault();
    const why = byId('why').value.trim();
    if (why === '') {
      byId('confirm-fault').textContent = 'Say why: it stands in the history.';
      byId('why').focus();
      return;
    }
    const token = byId('token').value.trim();
    const before = sessionStorage.getItem(TOKEN_KEY);
    if (token !== '') sessionStorage.setItem(TOKEN_KEY, token);
    try {
      await change(why);
      byId('token').value = '';
      dialog.close();
      await poll();
    } catch (error) {
      if (error.status === 401 && token !== '') {
        if (before === null) sessionStorage.removeItem(TOKEN_KEY);
        else sessionStorage.setItem(TOKEN_KEY, before);
      }
      byId('confirm-fault').textContent = error.message;
    }
  };
  dialog.showModal();
  byId('why').focus();
}

const rollBack = (route) =>
  confirmChange(
    `Roll back ${route}?`,
    'Legacy answers this route on every proxy within a second, until somebody resumes it.',
    'Roll back',
    (why) => ask('api/rollback', { route, why }),
  );
const resume = (route) =>
  confirmChange(`Resume ${route}?`, 'The route returns to the stage that the route table says.', 'Resume', (why) =>
    ask('api/resume', { route, why }),
  );

byId('kill-switch').addEventListener('click', () => {
  if (state.killSwitch === null) {
    confirmChange(
      'All routes to legacy?',
      'The kill switch takes every listed route back to legacy on every proxy, except retired ones.',
      'Kill switch on',
      (why) => ask('api/kill-switch', { on: true, why }),
    );
  } else {
    confirmChange(
      'Switch back on?',
      'All routes return to the stages that the route table says; those that were rolled back stay so.',
      'Kill switch off',
      (why) => ask('api/kill-switch', { on: false, why }),
    );
  }
});
byId('cancel').addEventListener('click', () => byId('confirm').close());
byId('search').addEventListener('input', () => state && draw());
byId('moving').addEventListener('change', () => state && draw());
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const { main, detail: more } of rows.values()) [main, more].forEach((row) => row?.remove());
  rows.clear();
  if (state) draw();
});

async function poll() {
  const connection = byId('connection');
  try {
    state = await ask('api/state');
    connection.className = '';
    connection.textContent = `live · legacy ${state.versions.legacy}, Lambda ${state.versions.lambda}`;
    draw();
    if (opened !== '') await readDetail();
  } catch (error) {
    connection.className = 'lost';
    connection.textContent =
      error.status === 401
        ? `${error.message}. Open this page with #token=<token>.`
        : `The proxy does not answer: ${error.message}`;
  }
}

async function run() {
  for (;;) {
    if (!document.hidden) await poll();
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}
void run();
