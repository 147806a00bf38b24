import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { findChromium, startChromium } from '../../browser/chromium';
import { SCENE_TOKEN, startScene } from './dashboard-scene';
import { smallerPng } from '../../browser/smaller-png';

export const SCREENSHOTS = path.join(__dirname, '../../../proxy/admin/screenshots');
const PAGE = path.join(__dirname, '../../../proxy/admin/page');
/** Says of which page the pictures are. */
export const MADE_OF = path.join(SCREENSHOTS, 'made-of.txt');

/** The pictures that the READMEs show. */
export const PICTURES = ['overview-light', 'overview-dark', 'breach', 'mismatch', 'kill-switch', 'narrow'] as const;

/** A fingerprint of everything that makes up the page. */
export function pageFingerprint(): string {
  const hash = createHash('sha256');
  const served = readdirSync(PAGE).filter((name) => !/\.d\.ts$|^tsconfig\.json$/.test(name));
  for (const name of served.sort()) hash.update(`${name}\n`).update(readFileSync(path.join(PAGE, name)));
  return hash.digest('hex');
}

/** `npm run screenshots`: takes the pictures of the dashboard anew, in Chromium. */
async function main(): Promise<void> {
  const chromium = findChromium();
  if (chromium === undefined) throw new Error('no Chromium; set CHROMIUM_PATH or apt-get install chromium');
  await mkdir(SCREENSHOTS, { recursive: true });
  const scene = await startScene();
  const browser = await startChromium(chromium);
  const page = await browser.newPage({ viewport: { width: 1240, height: 800 } });
  try {
    await page.goto(`${scene.admin.url}/#token=${SCENE_TOKEN}`);
    await page.getByText('2 of 2 proxies running').waitFor();
    const take = async (name: (typeof PICTURES)[number]) => {
      const file = path.join(SCREENSHOTS, `${name}.png`);
      const picture = smallerPng(await page.screenshot({ animations: 'disabled' }));
      await writeFile(file, picture);
      process.stdout.write(`${path.relative(process.cwd(), file)}  ${Math.round(picture.length / 1000)} kB\n`);
    };
    await take('overview-light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await take('overview-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await open(page, 'list-attendees');
    await page.getByText('legacy errors').waitFor();
    await take('breach');
    await open(page, 'get-event');
    await page.getByText('Last mismatches').waitFor();
    await take('mismatch');
    await open(page, 'get-event', false);
    await page.evaluate('scrollTo(0, 0)');
    await page.getByRole('button', { name: 'Kill switch…' }).click();
    await page.getByLabel(/^Reason/).fill('errors on all moved routes since 14:02');
    await take('kill-switch');
    await page.keyboard.press('Escape');
    await page.locator('body').click({ position: { x: 1, y: 1 } });
    await page.setViewportSize({ width: 400, height: 860 });
    await page.evaluate('scrollTo(0, 0)');
    await take('narrow');
    await writeFile(MADE_OF, `${pageFingerprint()}\n`);
  } finally {
    await browser.close();
    await scene.close();
  }
}

async function open(page: Page, id: string, toggle = true): Promise<void> {
  await page.locator(`tr[data-route="${id}"]`).getByRole('button', { name: id, exact: true }).click();
  if (toggle) await page.evaluate(`document.querySelector('tr[data-route="${id}"]').scrollIntoView()`);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
