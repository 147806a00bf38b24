import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

/** Nanoseconds that a call takes in a process of its own, after a few calls and a collection as in an idle moment, or at once. */
async function nanosecondsACall({ isKept, wasIdle }: { isKept: boolean; wasIdle: boolean }): Promise<number> {
  const program = `
    const { keepTickShape } = require(${JSON.stringify(path.join(__dirname, '../../../proxy/keep-tick-shape.ts'))});
    const call = (times) => new Promise((resolve) => {
      const begun = performance.now();
      const next = (left) => (left === 0 ? resolve((performance.now() - begun) * 1e6 / times) : process.nextTick(next, left - 1));
      next(times);
    });
    (async () => {
      if (${isKept}) keepTickShape();
      if (${wasIdle}) {
        await call(20);
        await new Promise(setImmediate);
        gc();
      }
      await call(100_000);
      console.log(Math.min(await call(100_000), await call(100_000), await call(100_000)));
    })();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--import', 'tsx', '-e', program]);
  return Number(stdout);
}

it('process.nextTick is as fast after an idle moment as before', async () => {
  const fresh = await nanosecondsACall({ isKept: false, wasIdle: false });
  const idle = await nanosecondsACall({ isKept: true, wasIdle: true });
  expect(idle).toBeLessThan(2 * fresh);
});
