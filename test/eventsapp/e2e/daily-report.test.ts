import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { MongoClient } from 'mongodb';
import { DEMO_IDS } from '../seed';
import { logIn, type Credentials } from '../parity/identities';
import { runSystem, type RunningSystem } from '../support/running-system';
import { waitFor } from '../../support/wait-for';

const ROOT = path.join(__dirname, '../../..');

/** Schedule, function outside the VPC, function inside, SQS, consumer, function inside, and what clients see in the end. */
describe('npm run banyan -- run-schedule daily-report', () => {
  let system: RunningSystem;
  let credentials: ReadonlyMap<string, Credentials>;

  beforeAll(async () => {
    system = await runSystem({ stage: 'lambda' });
    credentials = await logIn(system.legacy.url);
  });
  afterAll(() => system.close());

  const runSchedule = async (...more: readonly string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(
      'npm',
      ['run', '--silent', 'banyan', '--', 'run-schedule', 'daily-report', ...more],
      {
        cwd: ROOT,
        env: { PATH: process.env['PATH'], HOME: process.env['HOME'], INVOKE_PORT: String(system.invokeApi.port) },
      },
    );
    return stdout;
  };

  interface Report {
    readonly id: string;
    readonly status: string;
    readonly result: object | null;
  }
  const dailyReports = async (identity: string, day: string, baseUrl: string): Promise<readonly Report[]> => {
    const response = await fetch(`${baseUrl}/api/reports`, { headers: credentials.get(identity) ?? {} });
    const { reports } = (await response.json()) as { reports: (Report & { kind: string; day: string })[] };
    return reports.filter((report) => report.kind === 'daily' && report.day === day);
  };

  it('orders the reports of every account, which are soon done, and a second time finds the day done', async () => {
    const client = await MongoClient.connect(system.mongo.uri);
    const said = JSON.parse(await runSchedule('--json')) as { answer: { day: string } };
    expect(said).toMatchObject({ schedule: 'daily-report', failed: false, answer: { outcome: 'ran', jobs: 2 } });
    const ordered = said.answer.day;
    for (const [identity, account] of [
      ['member', DEMO_IDS.account],
      ['other account', DEMO_IDS.otherAccount],
    ] as const) {
      const [report] = await waitFor(
        `the report of ${identity}`,
        async () => {
          const found = await dailyReports(identity, ordered, system.proxy.url);
          return found[0]?.status === 'done' && found;
        },
        20_000,
      );
      expect(report).toMatchObject({
        id: `daily-${ordered}-${account.toHexString()}`,
        result: { events: expect.any(Number) as unknown, views: expect.any(Number) as unknown },
      });
      expect(await dailyReports(identity, ordered, system.legacy.url)).toEqual([report]);
    }
    const count = await client.db().collection('reports').countDocuments();
    expect(await runSchedule()).toBe(`daily-report: outcome done, day ${ordered}\n`);
    expect(await client.db().collection('reports').countDocuments()).toBe(count);
    await client.close();
  }, 60_000);
});
