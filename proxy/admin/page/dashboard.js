/** The dashboard: reads /api/state every second, changes what differs, and writes everything as text. */
/** @import { Detail, Page, Route, Row, State } from './types' */
import { ask, Refusal } from './api.js';
import { resume, rollBack, toggleKillSwitch } from './confirm.js';
import { byId, count, make, percent, replace, when } from './dom.js';
import { fillDetail, newDetail } from './route-detail.js';
import { fillRow, newRow } from './route-row.js';

const POLL = 1_000;
const STAGES = /** @type {const} */ (['legacy', 'shadow', 'canary', 'lambda', 'retired']);

/** @type {Map<string, Row>} */
const rows = new Map();
/** @type {Detail | undefined} */
let detail;
/** @type {Page} */
const page = {
  state: undefined,
  opened: '',
  poll,
  rollBack: (route) => rollBack(route, page),
  resume: (route) => resume(route, page),
  toggle: (id) => open(page.opened === id ? '' : id),
};

const fold = byId('idle', HTMLDetailsElement);

/** The address of the page with a route's details open. @type {(id: string) => string} */
const addressOf = (id) => `#route=${encodeURIComponent(id)}`;

/** @param {string} id of a route; none closes what is open */
function open(id) {
  page.opened = id;
  detail = undefined;
  const address = id === '' ? location.pathname : addressOf(id);
  if (location.hash !== (id === '' ? '' : address)) history.pushState(null, '', address);
  draw();
  void readDetail();
}

/** Opens the route that the address names: after a reload, a link, or the way back. */
function followAddress() {
  const id = new URLSearchParams(location.hash.slice(1)).get('route') ?? '';
  if (id !== page.opened) open(id);
}

function draw() {
  if (page.state === undefined) return;
  const { killSwitch, token, startedAt } = page.state;
  drawProgress(page.state);
  drawFleet(page.state);
  drawAlerts(page.state);
  replace(byId('who'), token === null ? 'reading' : `${token.name}${token.mayChange ? '' : ' (read-only)'}`);
  replace(byId('since'), `Traffic of this proxy since its start, ${when(startedAt)}`);
  const button = byId('kill-switch');
  button.hidden = false;
  button.className = killSwitch === null ? 'danger' : '';
  const label = killSwitch === null ? 'Kill switch…' : 'Kill switch off…';
  if (button.textContent !== label) button.textContent = label;
  drawRoutes(page.state);
}

/** @param {State} state */
function drawProgress({ routes, stages, unlisted }) {
  const total = routes.length;
  const moved = stages.canary + stages.lambda + stages.retired;
  const lambda = routes.reduce((sum, { recent }) => sum + recent.lambda, 0);
  const all = routes.reduce((sum, { recent }) => sum + recent.legacy, lambda);
  const returned = routes.filter(({ overriddenBy }) => overriddenBy !== null).length;
  const present = STAGES.filter((stage) => stages[stage] > 0);
  replace(
    byId('summary'),
    ...(total === 0
      ? ['The route table lists no routes: legacy answers everything.']
      : [
          make('strong', {}, `${moved} of ${total}`),
          ' listed routes have left legacy',
          ...(returned === 0 ? [] : [`, ${count(returned)} ${returned === 1 ? 'was' : 'were'} returned to it`]),
          all === 0
            ? '; no requests to them in the last minute'
            : `; in the last minute Lambda answered ${percent(lambda, all)} of ${count(all)} requests to them`,
        ]),
  );
  byId('bar').setAttribute(
    'aria-label',
    STAGES.map((stage) => `${stages[stage]} of ${total} routes on ${stage}`).join(', '),
  );
  const bar = byId('bar');
  if ([...bar.children].map(({ className }) => className).join() !== present.join())
    bar.replaceChildren(...present.map((stage) => make('span', { class: stage })));
  for (const part of bar.children) {
    const stage = STAGES.find((name) => name === part.className);
    if (!(part instanceof HTMLElement) || stage === undefined) continue;
    part.style.flexGrow = String(stages[stage]);
    part.title = `${stage}: ${stages[stage]}`;
  }
  replace(
    byId('legend'),
    ...STAGES.map((stage) => make('li', {}, make('span', { class: `stage ${stage}` }, `${stage} ${stages[stage]}`))),
    make('li', { class: 'soft' }, `${count(unlisted)} requests to unlisted paths`),
  );
}

/** How many proxies run, and which is silent or differs, and in what. @type {(state: State) => void} */
function drawFleet({ fleet, ledger }) {
  const isWell = fleet === null ? !ledger : fleet.agree && fleet.running === fleet.expected;
  const unknown = ledger ? 'Other proxies are unknown: MongoDB does not answer.' : '';
  byId('fleet').className = isWell ? 'soft' : 'bad';
  replace(byId('fleet'), fleet === null ? unknown : fleet.sentences.join('; '));
}

/** What whoever is on call must see first. @type {(state: State) => void} */
function drawAlerts({ killSwitch, known, routes }) {
  /** @type {(title: string, text: string, ...actions: (string | Node)[]) => HTMLElement} */
  const alert = (title, text, ...actions) => make('p', {}, make('strong', {}, `${title} `), text, ...actions);
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
    ...routes.flatMap((route) => {
      if (route.override === null) return [];
      const { by, why, since } = route.override;
      return alert(
        `${route.id} is rolled back to legacy.`,
        `${by}: ${why} (${when(since)}). It stays there until it is resumed. `,
        make('a', { href: addressOf(route.id) }, 'Details'),
        ' ',
        make('button', { type: 'button', 'data-resume': route.id }, 'Resume…'),
      );
    }),
  );
}

/** Trouble of now first, then what is moving, what Lambda answers, and the rest; each as in the table. @param {Route} route */
function rankOf({ overriddenBy, lastMismatch, recent, stage }) {
  if (overriddenBy !== null) return 0;
  // As far back as the charts go; older ones stay in the row, and in the way of a promotion.
  const isDiffering = Date.now() - (lastMismatch?.at ?? 0) < QUARTER_HOUR;
  if (isDiffering || recent.lambdaErrors > 0) return 1;
  return stage === 'shadow' || stage === 'canary' ? 2 : stage === 'lambda' ? 3 : IDLE;
}
const IDLE = 4;
const QUARTER_HOUR = 15 * 60_000;

/** @param {State} state */
function drawRoutes(state) {
  const wanted = byId('search', HTMLInputElement).value.trim().toLowerCase();
  const shown = state.routes
    .filter(({ id, match }) => id.includes(wanted) || match.toLowerCase().includes(wanted))
    .sort((a, b) => rankOf(a) - rankOf(b));
  const resting = shown.filter((route) => rankOf(route) === IDLE);
  // What is looked for is not folded, nor is everything that there is.
  const idle = wanted === '' && resting.length < shown.length ? resting : [];
  fold.hidden = idle.length === 0;
  if (idle.some(({ id }) => id === page.opened)) fold.open = true;
  const of = (/** @type {string} */ wantedStage) => idle.filter(({ stage }) => stage === wantedStage).length;
  replace(
    fold.querySelector('summary'),
    `${idle.length} idle: ${of('legacy')} on legacy, not begun; ${of('retired')} retired, done`,
  );
  const focused = document.activeElement;
  const [above, below] = [shown.slice(0, shown.length - idle.length), fold.open ? idle : []];
  const ids = new Set([...above, ...below].map(({ id }) => id));
  for (const [id, row] of rows) {
    if (ids.has(id)) continue;
    row.main.remove();
    row.detail?.remove();
    rows.delete(id);
  }
  drawRows(byId('routes'), above, state);
  drawRows(byId('idle-routes'), below, state);
  if (focused instanceof HTMLElement && document.activeElement !== focused) focused.focus({ preventScroll: true });
  byId('none').hidden = above.length > 0 || state.routes.length === 0;
}

/** @type {(body: HTMLElement, routes: readonly Route[], state: State) => void} */
function drawRows(body, routes, state) {
  const wanted = routes.flatMap((route) => {
    let row = rows.get(route.id);
    if (row === undefined) rows.set(route.id, (row = newRow(route.id)));
    fillRow(row, route, page);
    drawDetail(row, route, state);
    return row.detail ? [row.main, row.detail] : [row.main];
  });
  // Only those in a wrong place are moved: a moved row loses the focus, and is given it again.
  wanted.forEach((element, i) => {
    if (body.children[i] !== element) body.insertBefore(element, body.children[i] ?? null);
  });
}

/** @type {(row: Row, route: Route, state: State) => void} */
function drawDetail(row, route, state) {
  if (page.opened === route.id) {
    row.detail ??= newDetail(route.id);
    fillDetail(row.detail, route, detail?.id === route.id ? detail : undefined, state);
  } else if (row.detail) {
    row.detail.remove();
    row.detail = undefined;
  }
}

/** The id of the route whose details are being read: not twice at a time, however slow the ledger is. */
let reading = '';

async function readDetail() {
  const wanted = page.opened;
  if (wanted === '' || reading === wanted) return;
  reading = wanted;
  try {
    /** @type {Detail} */
    const answer = await ask(`api/routes/${wanted}`);
    if (page.opened !== wanted) return;
    detail = answer;
    draw();
  } catch {
    // The next poll says what is wrong.
  } finally {
    if (reading === wanted) reading = '';
  }
}

/** @type {number | undefined} */
let seenAt;

async function poll() {
  try {
    /** @type {State} */
    const state = await ask('api/state');
    page.state = state;
    seenAt = state.now;
    const { legacy, lambda } = state.versions;
    connection('live', `live · legacy ${legacy}, Lambda ${lambda}`);
    draw();
    void readDetail();
  } catch (error) {
    const { name, message } = /** @type {Error} */ (error);
    const what =
      error instanceof Refusal && error.status === 401
        ? `${message}. Open this page with #token=<token>.`
        : `The proxy does not answer${name === 'TimeoutError' ? ' in time' : ''}: ${message}`;
    connection('lost', seenAt === undefined ? what : `${what} The figures below are from ${when(seenAt)}.`);
  }
}

/** Said once, not at every poll: it is read out. @type {(status: 'live' | 'lost', text: string) => void} */
function connection(status, text) {
  const element = byId('connection');
  element.className = status;
  document.body.classList.toggle('stale', status === 'lost');
  if (element.textContent !== text) element.textContent = text;
}

for (const name of ['hashchange', 'popstate']) addEventListener(name, followAddress);
// Those of the banners: what is drawn anew keeps no listeners.
byId('alerts').addEventListener('click', ({ target }) => {
  const id = target instanceof HTMLElement ? target.dataset['resume'] : undefined;
  const route = page.state?.routes.find((one) => one.id === id);
  if (route !== undefined) page.resume(route);
});
byId('kill-switch').addEventListener('click', () => {
  if (page.state !== undefined) toggleKillSwitch(page.state, page);
});
byId('cancel').addEventListener('click', () => byId('confirm', HTMLDialogElement).close());
byId('search').addEventListener('input', draw);
fold.querySelector('table')?.prepend(/** @type {Element} */ (document.querySelector('thead')).cloneNode(true));
fold.addEventListener('toggle', () => {
  // A route within it closes with it.
  if (!fold.open && fold.querySelector('[data-detail]') !== null) open('');
  else draw();
});
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void poll();
});

async function run() {
  followAddress();
  for (;;) {
    if (!document.hidden) await poll();
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}
void run();
