import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const USUAL_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** `CHROMIUM_PATH`, else where Chromium usually is; undefined when there is none. */
export function findChromium(): string | undefined {
  const given = process.env['CHROMIUM_PATH'];
  if (given !== undefined && given !== '') return given;
  return USUAL_PATHS.find((path) => existsSync(path));
}

/** Starts a headless Chromium without its sandbox, which a container's root cannot have; it loads only our own pages. */
export function startChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** `describe`, or a skipped block whose name says what is missing. */
export function describeInBrowser(name: string, block: (start: () => Promise<Browser>) => void): void {
  const executablePath = findChromium();
  if (executablePath === undefined)
    describe.skip(`${name} (skipped: no Chromium; set CHROMIUM_PATH or apt-get install chromium)`, () => {
      it('runs in a browser', () => undefined);
    });
  else describe(name, () => block(() => startChromium(executablePath)));
}
