/** The dashboard: reads /api/state every two seconds, changes what differs, and writes everything as text. */
import { ask } from './api.js';
import { resume, rollBack, toggleKillSwitch } from './confirm.js';
import { byId, count, make, percent, replace, when } from './dom.js';
import { fillDetail, newDetail } from './route-detail.js';
import { fillRow, newRow } from './route-row.js';

const POLL = 2_000;
const STAGES = ['legacy', 'shadow', 'canary', 'lambda', 'retired'];

const rows = new Map();
let detail;
const page = {
  state: undefined,
  opened: '',
  poll,
  rollBack: (id) => rollBack(routeOf(id), page),
  resume: (id) => resume(routeOf(id), page),
  toggle(id) {
    page.opened = page.opened === id ? '' : id;
    detail = undefined;
    draw();
    if (page.opened !== '') void readDetail();
  },
};

const routeOf = (id) => page.state.routes.find((route) => route.id === id);

function draw() {
  const { routes, killSwitch, token, startedAt } = page.state;
  drawProgress();
  drawAlerts();
  replace(byId('who'), token === null ? 'reading' : `${token.name}${token.mayChange ? '' : ' (read-only)'}`);
  replace(byId('since'), `Traffic of this proxy since its start, ${when(startedAt)}`);
  const button = byId('kill-switch');
  button.hidden = false;
  button.className = killSwitch === null ? 'danger' : '';
  const label = killSwitch === null ? 'Kill switch…' : 'Kill switch off…';
  if (button.textContent !== label) button.textContent = label;
  drawRoutes(routes);
}

function drawProgress() {
  const { routes, stages, unlisted } = page.state;
  const total = routes.length;
  const moved = stages.canary + stages.lambda + stages.retired;
  const [legacy, lambda] = ['legacy', 'lambda'].map((side) => routes.reduce((sum, one) => sum + one.answered[side], 0));
  const present = STAGES.filter((stage) => stages[stage] > 0);
  replace(
    byId('summary'),
    ...(total === 0
      ? ['The route table lists no routes: legacy answers everything.']
      : [
          make('strong', {}, `${moved} of ${total}`),
          ' listed routes have left legacy',
          ...(legacy + lambda === 0
            ? ['']
            : [
                '; Lambda answers ',
                make('strong', {}, percent(lambda, legacy + lambda)),
                ' of the requests to listed routes',
              ]),
        ]),
  );
  byId('bar').setAttribute(
    'aria-label',
    STAGES.map((stage) => `${stages[stage]} of ${total} routes on ${stage}`).join(', '),
  );
  const bar = byId('bar');
  if ([...bar.children].map(({ className }) => className).join() !== present.join())
    bar.replaceChildren(...present.map((stage) => make('span', { class: stage })));
  for (const [i, part] of [...bar.children].entries()) {
    part.style.flexGrow = stages[present[i]];
    part.title = `${present[i]}: ${stages[present[i]]}`;
  }
  replace(
    byId('legend'),
    ...STAGES.map((stage) => make('li', {}, make('span', { class: `stage ${stage}` }, `${stage} ${stages[stage]}`))),
    make('li', { class: 'soft' }, `${count(unlisted)} requests to unlisted paths`),
  );
}

/** What somebody who has just been woken must see first. */
function drawAlerts() {
  const { killSwitch, known, routes } = page.state;
  const alert = (title, ...content) => make('p', {}, make('strong', {}, `${title} `), ...content);
  replace(
    byId('alerts'),
    ...(killSwitch === null
      ? []
      : [
          alert(
            'Kill switch is on.',
            `All listed routes are on legacy, except retired ones. ${killSwitch.by}: ${killSwitch.why} (${when(killSwitch.since)})`,
          ),
        ]),
    ...(known
      ? []
      : [
          alert(
            'Overrides are unknown.',
            'MongoDB has been unavailable since the proxy started, so rollbacks are unknown: listed routes are on legacy.',
          ),
        ]),
    ...routes
      .filter(({ override }) => override !== null)
      .map(({ id, override: { by, why, since } }) =>
        alert(`${id} is rolled back to legacy.`, `${by}: ${why} (${when(since)}). It stays there until it is resumed.`),
      ),
  );
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
    fillRow(row, route, page);
    drawDetail(row, route);
    return row.detail ? [row.main, row.detail] : [row.main];
  });
  // A row that is moved loses the focus, so only those in a wrong place are.
  wanted.forEach((element, i) => {
    if (body.children[i] !== element) body.insertBefore(element, body.children[i] ?? null);
  });
  byId('none').hidden = shown.length > 0 || routes.length === 0;
}

function drawDetail(row, route) {
  if (page.opened === route.id) {
    if (row.detail === undefined) {
      row.detail = newDetail(route.id);
      // Its chart needs the width that it gets on the page.
      row.main.after(row.detail);
    }
    fillDetail(row, route, detail?.id === route.id ? detail : undefined, page.state);
  } else if (row.detail) {
    row.detail.remove();
    row.detail = undefined;
    row.charts.delete('large');
  }
}

async function readDetail() {
  const wanted = page.opened;
  try {
    const answer = await ask(`api/routes/${wanted}`);
    if (page.opened !== wanted) return;
    detail = answer;
    draw();
  } catch {
    // The next poll says what is wrong.
  }
}

let seenAt;

async function poll() {
  try {
    page.state = await ask('api/state');
    seenAt = page.state.now;
    const { legacy, lambda } = page.state.versions;
    connection(`live · legacy ${legacy}, Lambda ${lambda}`, false);
    draw();
    if (page.opened !== '') await readDetail();
  } catch (error) {
    const what =
      error.status === 401
        ? `${error.message}. Open this page with #token=<token>.`
        : `The proxy does not answer${error.name === 'TimeoutError' ? ' in time' : ''}: ${error.message}`;
    connection(seenAt === undefined ? what : `${what} The figures below are from ${when(seenAt)}.`, true);
  }
}

/** Said once, not at every poll: it is read out. */
function connection(text, isLost) {
  const element = byId('connection');
  element.className = isLost ? 'lost' : '';
  document.body.classList.toggle('stale', isLost);
  if (element.textContent !== text) element.textContent = text;
}

byId('kill-switch').addEventListener('click', () => toggleKillSwitch(page));
byId('cancel').addEventListener('click', () => byId('confirm').close());
byId('search').addEventListener('input', () => page.state && draw());
byId('moving').addEventListener('change', () => page.state && draw());
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const { main, detail: more } of rows.values()) [main, more].forEach((row) => row?.remove());
  rows.clear();
  if (page.state) draw();
});
document.addEventListener('visibilitychange', () => document.hidden || void poll());

async function run() {
  for (;;) {
    if (!document.hidden) await poll();
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}
void run();
