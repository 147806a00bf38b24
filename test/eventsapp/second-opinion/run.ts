import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import { runSystem, TEST_SECRET } from '../support/running-system';
import { judge, type TestResult } from './judge';
import { KNOWN_WRONG_ANSWERS } from './known-wrong-answers';
import { startOfflineService } from './offline-service';

// `npm run test:second-opinion`: the route tests by HTTP against serverless-offline.

const Report = z.object({
  testResults: z.array(
    z.object({
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullable() }),
      ),
    }),
  ),
});

/** Runs test/eventsapp/routes by HTTP. */
async function runRouteTests(apiUrl: string, legacyUrl: string): Promise<readonly TestResult[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-second-opinion-'));
  try {
    const outputFile = path.join(folder, 'report.json');
    const child = spawn(
      process.execPath,
      [require.resolve('jest/bin/jest'), 'test/eventsapp/routes', '--silent', '--json', `--outputFile=${outputFile}`],
      {
        cwd: path.join(__dirname, '../../..'),
        env: { ...process.env, TEST_MODE: 'http', API_URL: apiUrl, LEGACY_URL: legacyUrl },
        stdio: 'ignore',
      },
    );
    await once(child, 'exit');
    const { testResults } = Report.parse(JSON.parse(await readFile(outputFile, 'utf8')));
    return testResults.flatMap(({ message, assertionResults }): TestResult[] => {
      // A file that cannot be loaded has no tests.
      if (assertionResults.length === 0)
        return [{ fullName: 'a file of test/eventsapp/routes', status: 'failed', failure: message }];
      return assertionResults.map(({ fullName, status, failureMessages }) => ({
        fullName,
        status,
        failure: stripVTControlCharacters((failureMessages ?? []).join('\n')),
      }));
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const system = await runSystem();
  try {
    const offline = await startOfflineService({
      mongodbUri: system.mongo.uri,
      sessionSecret: TEST_SECRET,
      queueUrl: system.sqs.queueUrl('ReportQueue'),
      sqsEndpoint: system.sqs.url,
      s3Endpoint: system.s3.url,
      dynamoDbEndpoint: system.dynamoDb.url,
    });
    try {
      const results = await runRouteTests(offline.url, system.legacy.url);
      const faults = judge(results, KNOWN_WRONG_ANSWERS);
      for (const { test, why } of KNOWN_WRONG_ANSWERS) process.stdout.write(`known to differ: ${test}\n    ${why}\n`);
      for (const fault of faults) process.stdout.write(`\n${fault}\n`);
      const passed = results.filter(({ status }) => status === 'passed').length;
      process.stdout.write(
        `serverless-offline: ${passed} of ${results.length} route tests pass, ${KNOWN_WRONG_ANSWERS.length} are known to differ, ${faults.length} unexpected\n`,
      );
      if (faults.length > 0) process.exitCode = 1;
    } finally {
      await offline.close();
    }
  } finally {
    await system.close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
