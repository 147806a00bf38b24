// node .ci/count.mjs <jest result>...: one line, `N passed, N failed`, over several runs; fails when a run failed or ran no test.
import { readFileSync } from 'node:fs';

const runs = process.argv.slice(2).map((file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Jest wrote nothing: it ended before its first test.
    return { numPassedTests: 0, numFailedTests: 1, success: false };
  }
});
const passed = runs.reduce((sum, run) => sum + run.numPassedTests, 0);
// A suite that cannot be loaded has no test that could fail.
const failed = runs.reduce(
  (sum, run) =>
    sum +
    (run.success ? 0 : Math.max(1, run.numFailedTests, run.numRuntimeErrorTestSuites ?? 0)) +
    Number(run.numPassedTests === 0 && run.success),
  0,
);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = passed > 0 && failed === 0 ? 0 : 1;
