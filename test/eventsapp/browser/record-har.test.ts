import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import type { Har } from '../../../shared/recording/har/har';
import { parseHar } from '../../../shared/recording/har/parse-har';
import { writeHar } from '../../../shared/recording/har/write-har';
import { runSystem, type RunningSystem } from '../support/running-system';
import { describeInBrowser } from '../../browser/chromium';
import { RECORDING, recordSessions } from './record-har';

describeInBrowser('a browser session recorded in Chromium', (start) => {
  let browser: Browser;
  let system: RunningSystem;

  beforeAll(async () => {
    [browser, system] = await Promise.all([start(), runSystem({ stage: 'legacy' })]);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await system.close();
  });

  /** What stays the same from one recording to the next. */
  const outline = ({ log }: Har): string[] =>
    log.entries.map(({ request, response, _banyan }) => {
      const path = new URL(request.url).pathname.replaceAll(/[0-9a-f]{24}/g, '<id>');
      return [request.method, path, response.status, _banyan?.session ?? _banyan?.begins ?? '-'].join(' ');
    });

  it('is what the kept recording says, without secrets, and can be read again', async () => {
    const har = await recordSessions(browser, system.legacy.url);
    const text = writeHar(har);
    expect(text).not.toMatch(/s(:|%3A)[\w-]{20,}\./i);
    expect(text).not.toContain('correct horse');
    expect(text).not.toContain(new URL(system.legacy.url).host);
    const kept = parseHar(await readFile(RECORDING, 'utf8'), 'browser-session.har').har;
    expect(outline(parseHar(text, 'new.har').har)).toEqual(outline(kept));
  }, 120_000);
});
