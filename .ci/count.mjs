// node .ci/count.mjs <jest result>... [-- <failed step>...]: one line, `N passed, N failed`, over several runs; fails when a run failed or ran no
// test, or a step failed. A step that failed without a failed test counts as one.
import { readFileSync } from 'node:fs';

const files = process.argv.slice(2);
const failedSteps = files.includes('--') ? files.splice(files.indexOf('--')).slice(1) : [];
const runs = files.map((file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Jest wrote nothing: it ended before its first test.
    return { numPassedTests: 0, numFailedTests: 1, success: false };
  }
});
const passed = runs.reduce((sum, run) => sum + run.numPassedTests, 0);
// A suite that cannot be loaded has no test that could fail.
const failedTests = runs.reduce(
  (sum, run) =>
    sum +
    (run.success ? 0 : Math.max(1, run.numFailedTests, run.numRuntimeErrorTestSuites ?? 0)) +
    Number(run.numPassedTests === 0 && run.success),
  0,
);
const failed = Math.max(failedTests, failedSteps.length);
for (const step of failedSteps) console.log(`failed: ${step}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = passed > 0 && failed === 0 ? 0 : 1;
