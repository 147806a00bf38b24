import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { toHtml } from '../../proxy/parity/report';
import { sampleRun } from '../unit/proxy/parity/report/sample-run';
import { describeInBrowser } from './chromium';

jest.setTimeout(120_000);

describeInBrowser('the HTML report in Chromium', (start) => {
  let browser: Browser;
  let folder: string;
  let page: Page;
  let said: string[];
  let asked: string[];

  beforeAll(async () => {
    browser = await start();
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-report-'));
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(() => page.close());

  async function show(options: Parameters<Browser['newPage']>[0] = {}): Promise<void> {
    const file = path.join(folder, 'report.html');
    await writeFile(file, toHtml(sampleRun()));
    page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
    said = [];
    asked = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('dialog', (dialog) => {
      said.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    await page.locator('.result').waitFor();
  }

  const texts = (selector: string): Promise<string[]> => page.locator(selector).allInnerTexts();

  it('leads from the summary to a route, and shows a case in depth once it is opened', async () => {
    await show();
    expect(await page.locator('.result').innerText()).toBe('✗ 3 of 48 cases different');
    expect((await texts('.summary tr')).map((row) => row.split('\t').map((cell) => cell.trim()))).toContainEqual([
      'GET /api/events',
      '42',
      '41',
      '1',
      '·',
      '·',
    ]);
    await page.locator('.summary').getByRole('link', { name: 'GET /api/events', exact: true }).click();
    await page.locator('details').first().locator('> summary').click();
    expect(await texts('details[open] .differences .path')).toContain('body $.events[9].capacity');
    expect(await texts('details[open] .rows tr.different')).toContainEqual(
      expect.stringMatching(/"capacity": 49\s+"capacity": "49"/),
    );
    expect(await texts('details[open] pre')).toEqual([
      expect.stringContaining(`'http://127.0.0.1:3001/api/events?page=1'`),
      expect.stringContaining(`'http://127.0.0.1:3002/dev/api/events?page=1'`),
    ]);
    expect(said).toEqual([]);
  });

  it('runs nothing that a response, a name or a path holds', async () => {
    await show();
    const shown = await page.locator('body').textContent();
    expect(shown).toContain('</script><script>window.injected = 1</script>');
    expect(shown).toContain('<img src=x onerror="window.injected = 2">');
    expect(await page.locator('script, img').count()).toBe(0);
    expect(await page.evaluate('window.injected')).toBeUndefined();
    expect(said).toEqual([]);
    expect(asked.filter((url) => !url.startsWith('file:'))).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('can be read in the %s scheme', async (colorScheme) => {
    await show({ colorScheme });
    await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
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
  return ['h1', '.result', '.soft', 'th', '.path', '.different .sign', '.accepted .sign', '.equal .sign', 'tr.different td', 'tr.accepted td', 'tr.forgiven td', 'pre']
    .map((selector) => [selector, document.querySelector(selector)])
    .filter(([, element]) => element)
    .map(([selector, element]) => {
      const [a, b] = [luminance(channels(getComputedStyle(element).color).slice(0, 3)), luminance(behind(element))];
      return [selector, Math.round(((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)) * 100) / 100];
    });
})()`;
