import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { toHtml } from '../../proxy/parity/report';
import type { ParityRun } from '../../shared/parity/result';
import { caseResult, routeResult, sampleRun } from '../unit/proxy/parity/report/sample-run';
import { describeInBrowser } from './chromium';

jest.setTimeout(120_000);

describeInBrowser('the HTML report in Chromium', (start) => {
  let browser: Browser;
  let folder: string;
  let page: Page;
  let said: string[];
  let asked: string[];
  let refused: string[];

  beforeAll(async () => {
    browser = await start();
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-report-'));
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(() => page.close());

  async function show(run: ParityRun = sampleRun(), options: Parameters<Browser['newPage']>[0] = {}): Promise<void> {
    const file = path.join(folder, 'report.html');
    await writeFile(file, toHtml(run));
    page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
    said = [];
    asked = [];
    refused = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('dialog', (dialog) => {
      said.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => asked.push(request.url()));
    page.on('requestfailed', (request) => {
      if (request.failure()?.errorText === 'csp') refused.push(request.url());
    });
    await page.goto(pathToFileURL(file).href);
    await page.locator('#result').waitFor();
  }

  const texts = (selector: string): Promise<string[]> => page.locator(selector).allInnerTexts();

  it('sums up, and leads from a route to its worst case', async () => {
    await show();
    expect(await page.locator('#result').innerText()).toBe('3 of 48 cases different');
    expect((await texts('#summary tbody tr')).map((row) => row.split('\t').map((cell) => cell.trim()))).toContainEqual([
      'GET /api/events',
      '42',
      '41',
      '1',
      '·',
      '·',
    ]);
    expect(await texts('#rule-faults li')).toEqual([
      'test/eventsapp/parity/rules.yml:31 expired on 2026-10-01: remove the rule or renew it',
    ]);
    await page.locator('#summary').getByRole('button', { name: 'GET /api/events', exact: true }).click();
    expect(await page.locator('#verdict').innerText()).toBe('✗ different');
    expect(await page.locator('main h2').innerText()).toContain('a changed type');
    expect(said).toEqual([]);
  });

  it('shows both sides beside each other with the paths marked, and unfolds what is equal', async () => {
    await show();
    await page.keyboard.press('n');
    expect(await texts('#differences .path')).toEqual([
      'header etag',
      'cookie eventsapp.sid; httponly',
      'body $.events[9].venue',
      'body $.events[9].capacity',
      'body $.total',
    ]);
    expect(await texts('#body tr.different')).toEqual([
      expect.stringContaining('"venue": null'),
      expect.stringMatching(/"capacity": 49\s+"capacity": "49"/),
      expect.stringMatching(/"total": 14\s+"total": 15/),
    ]);
    expect(await texts('#body tr.different ins')).toEqual(['"49"', '5']);
    expect(await texts('#heads tr.different')).toHaveLength(2);
    const before = await page.locator('#body tbody tr').count();
    await page.locator('#body tr.fold button').first().click();
    expect(await page.locator('#body tbody tr').count()).toBeGreaterThan(before + 50);
  });

  it('gives the request as curl for both sides', async () => {
    await show();
    await page.keyboard.press('n');
    expect(await page.locator('#curl').innerText()).toContain(`'http://127.0.0.1:3001/api/events?page=1'`);
    await page.locator('main').getByRole('button', { name: 'gateway' }).click();
    expect(await page.locator('#curl').innerText()).toContain(`'http://127.0.0.1:3002/dev/api/events?page=1'`);
    await page.locator('#copy').click();
    await page.locator('#copy', { hasText: /Copied|Selected/ }).waitFor();
  });

  it('can be used by the keyboard alone', async () => {
    await show();
    await page.keyboard.press('/');
    await page.keyboard.type('photo');
    expect(await texts('.case > span:nth-child(2)')).toEqual(['a photo', 'as an identity that cannot log in']);
    await page.keyboard.press('Enter');
    expect(await page.locator('#verdict').innerText()).toBe('≈ accepted');
    expect(await texts('#differences .note')).toEqual([
      'accepted: nobody reads it (test/eventsapp/parity/rules.yml:12)',
    ]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.locator('#summary').waitFor();

    const reached = new Set<string>();
    for (let i = 0; i < 24; i += 1) {
      await page.keyboard.press('Tab');
      reached.add(await page.evaluate<string>('document.activeElement.className + document.activeElement.id'));
    }
    expect([...reached].join(' ')).toMatch(/search.*chip bad.*route.*case-0-0/s);

    await page.locator('#case-0-1').focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('main h2').innerText()).toBe('the first page');
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('case-0-1');
    await page.keyboard.press('j');
    expect(await page.locator('main h2').innerText()).toBe('page 2');
    await page.keyboard.press('k');
    expect(await page.locator('main h2').innerText()).toBe('the first page');
  });

  it('filters by verdict and says when nothing is left', async () => {
    await show();
    for (const verdict of ['equal', 'different']) await page.locator(`.chip[data-verdict="${verdict}"]`).click();
    expect(await texts('.route .name')).toEqual(['GET /api/photos/:photoId']);
    for (const verdict of ['accepted', 'skipped']) await page.locator(`.chip[data-verdict="${verdict}"]`).click();
    expect(await texts('.none')).toEqual(['No case matches.']);
  });

  it('opens at the case that its address names', async () => {
    await show();
    await page.goto(`${page.url()}#case-1-0`);
    await page.locator('main h2', { hasText: 'creates an event' }).waitFor();
    expect(await texts('#differences td .path')).toEqual(['database notifications inserted']);
  });

  it('runs nothing that a response, a name or a path holds', async () => {
    await show();
    await page.goto(`${page.url()}#case-3-0`);
    await page.locator('main h2', { hasText: 'hostile' }).waitFor();
    const shown = await page.locator('#body').textContent();
    expect(shown).toContain('</script><script>window.injected = 1</script>');
    expect(shown).toContain('<img src=x onerror="window.injected = 2">');
    expect(await page.locator('#curl').textContent()).toContain('touch /tmp/injected');
    expect(await page.evaluate('window.injected')).toBeUndefined();
    expect(await page.locator('main script, main img, nav img, header img').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(2);
    expect(said).toEqual([]);
    expect(asked.filter((url) => !url.startsWith('file:'))).toEqual([]);
  });

  it('has a policy that refuses what an injection would need', async () => {
    await show();
    // From the page itself, as injected text would try.
    const outcomes = await page.evaluate<Record<string, string>>(`(() => {
      const attempt = (act) => { try { act(); return 'done'; } catch { return 'refused'; } };
      const image = document.createElement('img');
      return {
        script: attempt(() => {
          const script = document.createElement('script');
          script.append('window.injected = 3');
          document.body.append(script);
        }),
        handler: attempt(() => image.setAttribute('onerror', 'window.injected = 4')),
        html: attempt(() => document.body.insertAdjacentHTML('beforeend', '<b>x</b>')),
        image: attempt(() => { image.src = 'http://127.0.0.1:9/x'; document.body.append(image); }),
        fetch: attempt(() => { void fetch('http://127.0.0.1:9/y').catch(() => undefined); }),
      };
    })()`);
    expect(outcomes).toMatchObject({ handler: 'refused', html: 'refused' });
    await page.waitForFunction('document.images[0].complete');
    expect(await page.evaluate('window.injected')).toBeUndefined();
    // Chromium tells of requests that its policy has stopped before they were sent.
    expect(asked.filter((url) => url.startsWith('http') && !refused.includes(url))).toEqual([]);
    expect(said.join('\n')).toMatch(/violates the following (Content Security Policy|Trusted Type)/i);
  });

  it('stays quick with thousands of cases', async () => {
    const cases = Array.from({ length: 2_000 }, (_, i) => caseResult({ name: `case ${i}` }));
    await show(sampleRun({ routes: [routeResult('GET /api/events', cases)], ruleFaults: [] }));
    expect(await page.locator('#result').innerText()).toBe('No difference a client could see');
    expect(await page.locator('.case').count()).toBe(200);
    await page.locator('.more').click();
    expect(await page.locator('.case').count()).toBe(1_200);
  });

  it.each(['light', 'dark'] as const)('can be read in the %s scheme', async (colorScheme) => {
    await show(sampleRun(), { colorScheme });
    await page.keyboard.press('n');
    const contrasts = await page.evaluate<[string, number][]>(CONTRASTS);
    expect(contrasts.length).toBeGreaterThan(8);
    expect(contrasts.filter(([, ratio]) => ratio < 4.5)).toEqual([]);
  });
});

/** Contrast (WCAG 2.1) of the texts of one element of each kind with the background behind it. */
const CONTRASTS = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => { const s = c / 255; return s <= 0.03928 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, a = 1] = channels(getComputedStyle(at).backgroundColor);
      if (a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  return ['h1', '.result', '.sides span', '.when', '.chip.bad', '.chip.warn', '.chip.good', '.chip.skip', '.route .name', '.count', '.case small', '.tag', '.facts span', 'th', '.path', 'tr.different td', 'tr.different td.gutter', 'tr.different del', '.link', 'pre', '.small']
    .map((selector) => [selector, document.querySelector(selector)])
    .filter(([, element]) => element)
    .map(([selector, element]) => {
      const [a, b] = [luminance(channels(getComputedStyle(element).color).slice(0, 3)), luminance(behind(element))];
      return [selector, Math.round(((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)) * 100) / 100];
    });
})()`;
