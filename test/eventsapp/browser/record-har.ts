import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import banyan from '../../../banyan.config';
import type { Har, HarEntry } from '../../../shared/recording/har/har';
import { parseHar } from '../../../shared/recording/har/parse-har';
import { writeHar } from '../../../shared/recording/har/write-har';
import { redactionOf } from '../../../shared/recording/redact/redaction-of';
import { createRedactor } from '../../../shared/recording/redact/redact-entry';
import { runSystem } from '../support/running-system';
import { MEMBER_SESSION, ORGANISER_SESSION } from '../../browser/browser-session';
import { findChromium, startChromium } from '../../browser/chromium';

/** Where the recording stands that the parity suite replays. */
export const RECORDING = path.join(__dirname, '../parity/recorded/browser-session.har');

/** The recording says this for the monolith's address, which is another one each time. */
const ORIGIN = 'http://127.0.0.1:3001';

/** Has a browser use the monolith as two people do, and returns what its own HAR export says, redacted. */
export async function recordSessions(browser: Browser, legacyUrl: string): Promise<Har> {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-har-'));
  try {
    const entries: HarEntry[] = [];
    let creator = { name: 'Chromium', version: browser.version() };
    for (const [name, script] of Object.entries({ organiser: ORGANISER_SESSION, member: MEMBER_SESSION })) {
      const file = path.join(folder, `${name}.har`);
      const context = await browser.newContext({ recordHar: { path: file, content: 'embed', mode: 'full' } });
      const page = await context.newPage();
      await page.goto(legacyUrl);
      await page.evaluate(script);
      // The file is written when the context closes.
      await context.close();
      const { har } = parseHar(await readFile(file, 'utf8'), path.basename(file));
      creator = { ...creator, ...har.log.creator };
      entries.push(...har.log.entries);
    }
    const redactor = createRedactor(redactionOf(banyan));
    const origin = new URL(legacyUrl).origin;
    const moved = (entry: HarEntry): HarEntry =>
      JSON.parse(
        JSON.stringify(entry).replaceAll(origin, ORIGIN).replaceAll(new URL(origin).host, new URL(ORIGIN).host),
      ) as HarEntry;
    return { log: { version: '1.2', creator, entries: entries.map((entry) => moved(redactor.redact(entry))) } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Records anew: `npx tsx test/eventsapp/browser/record-har.ts`. */
async function main(): Promise<void> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium; set CHROMIUM_PATH or apt-get install chromium');
  const browser = await startChromium(executablePath);
  const system = await runSystem({ stage: 'legacy' });
  try {
    const har = await recordSessions(browser, system.legacy.url);
    await writeFile(RECORDING, writeHar(har));
    process.stdout.write(`${har.log.entries.length} exchanges in ${path.relative(process.cwd(), RECORDING)}\n`);
  } finally {
    await browser.close();
    await system.close();
  }
}

if (require.main === module) void main();
