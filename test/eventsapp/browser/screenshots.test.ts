import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { MADE_OF, pageFingerprint, PICTURES, SCREENSHOTS } from './write-screenshots';

describe('the screenshots', () => {
  it.each(PICTURES)('%s is there, and small', (name) => {
    const file = path.join(SCREENSHOTS, `${name}.png`);
    expect(existsSync(file)).toBe(true);
    expect(statSync(file).size).toBeGreaterThan(5_000);
    expect(statSync(file).size).toBeLessThan(150_000);
  });

  it('are of the page as it is; npm run screenshots renews them', () => {
    expect(readFileSync(MADE_OF, 'utf8').trim()).toBe(pageFingerprint());
  });
});
