import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { NO_OVERRIDES } from '../../../proxy/overrides/state';
import { parseRouteTable } from '../../../proxy/route-table/load';
import { describeInBrowser } from '../../browser/chromium';
import { SCENE_TOKEN, startScene, type Scene } from './dashboard-scene';

jest.setTimeout(60_000);

describeInBrowser('what the dashboard shows', (start) => {
  let browser: Browser;
  const scenes: Scene[] = [];
  beforeAll(async () => (browser = await start()));
  afterAll(async () => {
    await browser.close();
    await Promise.all(scenes.map((scene) => scene.close()));
  });

  async function open(routes?: string, width = 1240): Promise<{ page: Page; scene: Scene; said: string[] }> {
    const scene = await startScene(routes);
    scenes.push(scene);
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    const said: string[] = [];
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(`${scene.admin.url}/#token=${SCENE_TOKEN}`);
    await page.locator('#connection:not(.lost)').getByText('live').waitFor();
    return { page, scene, said };
  }
  const rowOf = (page: Page, id: string) => page.locator(`tr[data-route="${id}"]`);
  const detailOf = async (page: Page, id: string) => {
    await rowOf(page, id).getByRole('button', { name: id, exact: true }).click();
    const detail = page.locator(`tr[data-detail="${id}"]`);
    await detail.getByText('Evidence on these versions').waitFor();
    await detail.getByText('Reading…').first().waitFor({ state: 'detached' });
    return detail;
  };

  it('says first what the guard did and on what numbers, and that it stands in the way of a promotion', async () => {
    const { page, said } = await open();
    const alert = page.getByRole('alert').getByText('list-attendees is rolled back to legacy.');
    await alert.waitFor();
    expect(await page.getByRole('alert').first().innerText()).toContain(
      'guard of proxy web-1: 11 of 52 requests (21.15 %) failed on Lambda; allowed: 5 %',
    );
    const row = rowOf(page, 'list-attendees');
    expect(await row.innerText()).toMatch(
      /on legacy: rolled-back\s(?:just\snow|\d+\s(?:min|h)\sago)\s+canary 10 % in the route table\s+0 % Lambda\s+(?:last minute|since the rollback): 0 of \d+\s+since start: \d+ of \d+, 11 fell back/,
    );
    expect(await row.innerText()).toMatch(/11 Lambda 2\d\.\d %/);
    const detail = await detailOf(page, 'list-attendees');
    const text = (await detail.innerText()).replaceAll(/\s+/g, ' ');
    expect(text).toContain('lambda errors 11');
    expect(text).toContain('cold starts 2');
    expect(text).toMatch(/Next step When the cause is fixed, resume: npm run banyan -- resume list-attendees/);
    expect(text).not.toMatch(/routes\.yml|\+ (stage|percent)|The evidence suffices/);
    expect(text).toMatch(/promoted to canary 10 % .*, ann: the evidence suffices/);
    expect(said).toEqual([]);
    await page.close();
  });

  it('shows mismatches by path and types, and what the evidence comes to', async () => {
    const { page } = await open();
    expect(await rowOf(page, 'get-event').innerText()).toMatch(
      /3 of 1,080 differ\s+body \$\.event\.capacity: number became string and 1 more, \d\d:\d\d/,
    );
    const text = (await (await detailOf(page, 'get-event')).innerText()).replaceAll(/\s+/g, ' ');
    expect(text).toContain('shadow: 1,077 of 1,080 equal, on mongodb');
    expect(text).toContain('Parity suite: 27 of 27 equal');
    expect(text).toContain('statuses: 200 ×1,034, 304 ×31, 404 ×15');
    expect(text).toContain('body $.event.capacity: number became string, header etag (value) 3 times');
    expect(text).toMatch(
      /Still missing Lambda differs at body \$\.event\.capacity, reproduced, for 2 clients .*Next step Not yet\. .*- stage: shadow \+ stage: canary \+ percent: 1 /,
    );
    await page.close();
  });

  it('says what is missing before the change that is to come, and that it is not yet time', async () => {
    const { page } = await open();
    const text = (await (await detailOf(page, 'event-metrics')).innerText()).replaceAll(/\s+/g, ' ');
    expect(text).toMatch(
      /Still missing Lambda has answered 412 of the 1000 requests on lambda required.*Next step Not yet\. .*- stage: lambda \+ stage: retired/,
    );
    expect(await page.locator('tr[data-detail="event-metrics"] pre.later').count()).toBe(2);
    await page.close();
  });

  it('tells progress in a sentence, and by a bar that can be heard', async () => {
    const { page } = await open();
    expect(await page.locator('#summary').innerText()).toMatch(
      /^10 of 24 listed routes have left legacy, 1 was returned to it; in the last minute Lambda answered \d\d\.\d % of [\d,]+ requests to them$/,
    );
    const bar = page.getByRole('img', { name: /13 of 24 routes on legacy, 1 of 24 routes on shadow/ });
    expect(await bar.locator('span').count()).toBe(5);
    await page.close();
  });

  it('can be worked with the keyboard alone, and its parts have names and roles', async () => {
    const { page } = await open();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.id')).toBe('kill-switch');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'All routes to legacy?' }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('why');
    expect(await page.getByLabel('Token').isVisible()).toBe(false);
    await page.keyboard.press('Escape');
    expect(await page.evaluate('document.activeElement.id')).toBe('kill-switch');
    // The banner's link and button, the filter, the table; trouble is its first row.
    for (let i = 0; i < 5; i += 1) await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('list-attendees');
    const name = page.getByRole('button', { name: 'list-attendees', exact: true });
    expect(await name.getAttribute('aria-expanded')).toBe('false');
    await page.keyboard.press('Enter');
    expect(await name.getAttribute('aria-expanded')).toBe('true');
    for (const header of ['Route', 'Stage', 'Errors', 'Parity', 'Actions'])
      expect(await page.getByRole('columnheader', { name: header }).count()).toBe(1);
    expect(await page.getByRole('row').count()).toBe(1 + 7 + 1);
    await page.close();
  });

  it('puts trouble first, and leaves the focus where it is when a row moves there', async () => {
    const { page, scene } = await open();
    const ids = (): Promise<string[]> =>
      page.evaluate("[...document.querySelectorAll('tr[data-route]')].map((row) => row.dataset.route)");
    expect((await ids()).slice(0, 2)).toEqual(['list-attendees', 'get-event']);
    expect((await ids()).indexOf('event-metrics')).toBeGreaterThan(1);
    await page.getByRole('button', { name: 'event-metrics', exact: true }).focus();
    const lowered = new Map([
      ['event-metrics', { by: 'ann', why: 'slow', since: new Date(), kind: 'manual' as const }],
    ]);
    scene.state.overrides = { ...NO_OVERRIDES, lowered };
    await page.getByText('event-metrics is rolled back to legacy.').waitFor();
    expect((await ids())[0]).toBe('event-metrics');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('event-metrics');
    await page.close();
  });

  it('counts a mismatch as trouble for a quarter of an hour', async () => {
    const { page, scene } = await open();
    const first = page.locator('tr[data-route]').nth(1);
    const different = (at: number): void =>
      scene.stats.comparison({
        ...{ routeId: 'event-metrics', equal: false, at, differences: [{ path: 'status', kind: 'value' }] },
        ...{ statusCode: 200, identity: 'session', queryForm: '', source: 'shadow' },
      });
    await first.getByText('get-event', { exact: true }).waitFor();
    const ids = (): Promise<string[]> =>
      page.evaluate("[...document.querySelectorAll('tr[data-route]')].map((row) => row.dataset.route)");
    different(Date.now() - 16 * 60_000);
    await rowOf(page, 'event-metrics').getByText('status (value)').waitFor();
    expect((await ids()).indexOf('event-metrics')).toBeGreaterThan(1);
    different(Date.now() - 14 * 60_000);
    await page.locator('tr[data-route="event-metrics"]:nth-child(-n+3)').waitFor();
    await page.close();
  });

  it('folds what is idle, and finds it by name, by its address and by the keyboard', async () => {
    const { page, scene } = await open();
    const fold = page.getByText('17 idle: 12 on legacy, not begun; 5 retired, done');
    expect(await page.locator('tr[data-route]').count()).toBe(7);
    await fold.focus();
    await page.keyboard.press('Enter');
    await rowOf(page, 'private').waitFor();
    expect(await page.locator('tr[data-route]').count()).toBe(24);
    await detailOf(page, 'private');
    await fold.click();
    await page.locator('tr[data-detail="private"]').waitFor({ state: 'detached' });
    expect(new URL(page.url()).hash).toBe('');
    await page.getByLabel('Show').fill('private');
    expect(await rowOf(page, 'private').isVisible()).toBe(true);
    await page.goto(`${scene.admin.url}/#route=private`);
    await page.reload();
    await page.locator('tr[data-detail="private"]').getByText('None: the monolith').waitFor();
    expect(await page.locator('details[open] tr[data-detail="private"]').count()).toBe(1);
    await page.close();
  });

  it('says whether the proxies agree, and which does not in what', async () => {
    const { page, scene } = await open();
    await page.locator('#fleet.soft').getByText('2 of 2 proxies running, and they agree').waitFor();
    scene.otherDigest = 'a77b9d04';
    await page
      .locator('#fleet.bad')
      .getByText(/AND THEY DISAGREE; .*; web-2 \(.*:8081\): differs in route table \(a77b9d04\)$/)
      .waitFor();
    await page.close();
  });

  it('draws consistency, p99 and errors with their axes, and marks what happened in each', async () => {
    const { page } = await open();
    const detail = await detailOf(page, 'list-attendees');
    const read = (selector: string, attribute: string) =>
      page.evaluate<string[]>(
        `[...document.querySelectorAll('[data-detail] ${selector}')].map((one) => one.getAttribute('${attribute}'))`,
      );
    const names = await read('svg', 'aria-label');
    expect(names[0]).toBe('Consistency, last 15 minutes: equal nothing');
    expect(names[1]).toMatch(/^p99, last 15 minutes: legacy \d+ ms, lambda \d+ ms$/);
    expect(names[2]).toBe('Errors, before fallback, last 15 minutes: legacy 0 %, lambda 100 %');
    expect((await detail.locator('figure').nth(2).locator('text').allTextContents()).join(' ')).toMatch(
      /^0 % \d\d:\d\d 50 % \d\d:\d\d 100 % \d\d:\d\d 1 2$/,
    );
    expect(await detail.locator('.key').innerText()).toMatch(
      /1: \d\d:\d\d promoted to canary 10 % \(ann\)\s+2: \d\d:\d\d rolled back to legacy \(guard of proxy web-1\)$/,
    );
    // Nothing of Lambda after it was returned, and nothing before it was promoted: a span is 3.2 wide.
    const xs = async (selector: string) => {
      const paths = (await read(`figure:nth-child(2) ${selector}`, 'd')).join('');
      return [...paths.matchAll(/[ML]([\d.]+)/g)].map((match) => Number(match[1]));
    };
    const [promoted = 0, returned = 0] = await xs('.mark path');
    const lambda = await xs('.line.lambda');
    expect(Math.abs(Math.min(...lambda) - promoted)).toBeLessThan(7);
    expect(Math.abs(Math.max(...lambda) - returned)).toBeLessThan(7);
    expect(Math.max(...(await xs('.line.legacy')))).toBeGreaterThan(325);
    const consistency = (await detailOf(page, 'get-event')).locator('figure').first();
    expect(await consistency.getByText('90 %').count()).toBe(1);
    expect(await consistency.locator('.line.equal').getAttribute('d')).toMatch(/^M[\d.]+ 14\.0h0L/);
    await page.close();
  });

  it('reads nothing out again that has not changed', async () => {
    const { page } = await open();
    await page.evaluate(`(() => {
      window.changes = 0;
      const observer = new MutationObserver((list) => (window.changes += list.length));
      for (const id of ['connection', 'alerts', 'kill-switch'])
        observer.observe(document.getElementById(id), { subtree: true, childList: true, characterData: true });
    })()`);
    const polled = () => page.waitForResponse((response) => response.url().endsWith('/api/state'));
    await polled();
    await polled();
    expect(await page.evaluate('window.changes')).toBe(0);
    await page.close();
  });

  it.each([390, 768, 1240])('fits a window of %d px, with every button in reach', async (width) => {
    const { page } = await open(undefined, width);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    const box = await page.getByRole('button', { name: 'Roll back event-metrics' }).boundingBox();
    expect((box?.x ?? width) + (box?.width ?? width)).toBeLessThanOrEqual(width);
    await page.close();
  });

  it.each(['light', 'dark'] as const)('can be read when it is %s: 4.5 to 1 for every text', async (colorScheme) => {
    const { page } = await open();
    await page.emulateMedia({ colorScheme });
    await detailOf(page, 'list-attendees');
    expect(await page.evaluate(LOW_CONTRAST)).toEqual([]);
    await page.close();
  });

  it.each([
    { colorScheme: 'light', width: 1240 },
    { colorScheme: 'dark', width: 1240 },
    { colorScheme: 'light', width: 400 },
  ] as const)('has nothing that axe objects to: $colorScheme, $width px', async ({ colorScheme, width }) => {
    const { page } = await open(undefined, width);
    await page.emulateMedia({ colorScheme });
    await page.evaluate(AXE);
    const objections = () =>
      page.evaluate<string[]>(
        `axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ' ' + target)))`,
      );
    expect(await objections()).toEqual([]);
    await page.locator('#idle summary').click();
    for (const id of ['list-attendees', 'get-event', 'event-metrics']) {
      await detailOf(page, id);
      expect(await objections()).toEqual([]);
    }
    await page.getByRole('button', { name: 'Roll back event-metrics' }).click();
    expect(await objections()).toEqual([]);
    await page.close();
  });

  it('has all trouble, and how to undo it, on the first screen of 400 px', async () => {
    const { page } = await open(undefined, 400);
    for (const what of [
      page.getByRole('alert').getByRole('button', { name: 'Resume…' }),
      page.getByText('2 of 2 proxies running'),
      page.getByRole('button', { name: 'Resume list-attendees' }),
      page.getByRole('button', { name: 'get-event', exact: true }),
    ]) {
      const box = await what.boundingBox();
      expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThanOrEqual(800);
    }
    await page.close();
  });

  it('writes what a mismatch holds as text: nothing of it runs', async () => {
    const { page, scene, said } = await open();
    const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    const what = { path: hostile, kind: 'type', controlType: hostile, candidateType: 'javascript:alert(1)' };
    const about = { statusCode: 200, identity: 'session', queryForm: hostile, source: 'shadow' } as const;
    scene.stats.comparison({ routeId: 'get-event', equal: false, differences: [what], at: Date.now(), ...about });
    const cell = rowOf(page, 'get-event').getByText('<img src=x');
    await cell.waitFor();
    expect(await cell.innerText()).toContain(`${hostile}: ${hostile} became javascript:alert(1)`);
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.title()).toBe('Banyan');
    expect(said).toEqual([]);
    await page.close();
  });

  it('says so when nothing is listed', async () => {
    const { page } = await open('routes: []');
    await page.getByText('The route table lists no routes: legacy answers everything.').waitFor();
    expect(await page.locator('tr[data-route]').count()).toBe(0);
    await page.close();
  });

  it('says so when overrides are unknown, and when a kill switch is on', async () => {
    const { page, scene } = await open();
    scene.state.overrides = { ...NO_OVERRIDES, known: false };
    await page.getByText('Overrides are unknown.').waitFor();
    const killSwitch = { by: 'ann', why: '<b>all</b> is slow', since: new Date() };
    scene.state.overrides = { ...NO_OVERRIDES, killSwitch };
    await page.getByText('Kill switch is on.').waitFor();
    expect(await page.getByRole('alert').first().innerText()).toContain('ann: <b>all</b> is slow');
    await page.getByRole('button', { name: 'Kill switch off…' }).waitFor();
    await page.close();
  });

  it('stays quick to use with 200 routes, and follows a table that changes', async () => {
    const routes = (count: number) =>
      `routes:\n${Array.from({ length: count }, (_, i) => `  - {id: route-${i}, match: GET /r/${i}, stage: lambda}\n`).join('')}`;
    const { page, scene } = await open(routes(200));
    expect(await page.locator('tr[data-route]').count()).toBe(200);
    await page.getByLabel('Show').fill('/r/19');
    expect(await page.locator('tr[data-route]').count()).toBe(11);
    scene.state.table = parseRouteTable(routes(3), { file: 'routes.yml', lambdaAvailable: true });
    await page.getByText('3 of 3').waitFor();
    await page.getByText('No routes to show.').waitFor();
    await page.close();
  });

  it('grows pale and says since when, while the proxy is gone or hangs', async () => {
    const { page } = await open();
    await page.route('**/api/state', (route) => route.abort());
    await page
      .locator('#connection.lost')
      .getByText(/The figures below are from \d\d:\d\d/)
      .waitFor();
    expect(await page.locator('body.stale').count()).toBe(1);
    await page.unroute('**/api/state');
    await page.locator('body:not(.stale)').waitFor();
    await page.route('**/api/state', () => undefined);
    await page.locator('#connection.lost').getByText('does not answer in time').waitFor();
    await page.close();
  });
});

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** Texts whose contrast with what is behind them is below WCAG 2.2's 4.5 (section 1.4.3). */
const LOW_CONTRAST = `(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const groundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
    if (!own || element.getClientRects().length === 0) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(groundOf(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) found.push(element.textContent.slice(0, 40) + ' ' + contrast.toFixed(2));
  }
  return found;
})()`;
