import { readFileSync } from 'node:fs';
import path from 'node:path';
import { judgeSemantics, SEMANTICS } from '../../../../shared/api-gateway/semantics';
import { localProbe, refuseExisting } from '../../../../shared/deployment/verify/probe-service';
import { addedByHop } from '../../../../shared/deployment/verify/latency';
import { describeVerification, isSound, statusOf, Verification } from '../../../../shared/deployment/verify/report';
import { verify } from '../../../../proxy/cli/verify/verify';
import type { VerifyTarget } from '../../../../proxy/cli/verify/target';
import { connectAws } from '../../../../shared/deployment/check-stage/aws';
import { startFakeAws, type FakeAccount } from '../../../support/fake-aws';
import { testBanyan } from '../../../support/test-banyan';

const ROOT = path.join(__dirname, '../../../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const squeezed = (text: string): string => text.replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---');

/** The gateway's own patience, which the rows wait for, is shortened. */
const FAST = { integrationTimeoutMs: 7_000 } as const;

async function judged(limits: object = {}) {
  const probe = localProbe({ limits: { ...FAST, ...limits } });
  try {
    return await judgeSemantics((await probe.start()).api);
  } finally {
    await probe.remove();
  }
}
const verdicts = (rows: readonly { behaviour: string; verdict: string }[], verdict: string) =>
  rows.filter((row) => row.verdict === verdict).map(({ behaviour }) => behaviour);

describe('the rows about API Gateway', () => {
  it('are the table of the gateway’s README', () => {
    const rows = SEMANTICS.map(({ behaviour, follows }) => `| ${behaviour} | ${follows} |`);
    const table = ['| behaviour | follows |', '| --- | --- |', ...rows].join('\n');
    expect(squeezed(read('shared/local/gateway/README.md'))).toContain(squeezed(table));
  });

  it('are confirmed by the local gateway, but for one that HTTP cannot show', async () => {
    const rows = await judged();
    expect(verdicts(rows, 'refuted')).toEqual([]);
    expect(verdicts(rows, 'not tried')).toEqual(['a client that goes away does not stop the function']);
    expect(rows).toHaveLength(SEMANTICS.length);
  });

  it('are refuted by a gateway that does otherwise, and they alone', async () => {
    const broken = { methodArnBytes: 1_000_000, urlCharacters: 1_000_000, headerBytes: 60_000 };
    expect(verdicts(await judged(broken), 'refuted')).toEqual([
      expect.stringMatching(/^method ARN over 1,600 bytes: 414/),
      expect.stringMatching(/^headers over 10,240 bytes/),
      expect.stringMatching(/^URL over 10,240 characters/),
    ]);
  });

  it('are not tried where nothing answers, which refutes nothing', async () => {
    const probe = localProbe();
    const { api } = await probe.start();
    await probe.remove();
    const rows = await judgeSemantics(api);
    expect(verdicts(rows, 'not tried')).toHaveLength(SEMANTICS.length);
  });
});

describe('banyan verify', () => {
  /** A target whose steps note themselves, and that answers nothing. */
  function target(
    steps: string[],
    faults: { readonly probe?: Error; readonly startApp?: Error; readonly removeApp?: Error } = {},
  ): VerifyTarget {
    const note = (step: string, error?: Error) => {
      steps.push(step);
      return error === undefined ? Promise.resolve() : Promise.reject(error);
    };
    return {
      kind: 'aws',
      probe: {
        start: async () => {
          const probe = localProbe();
          const started = await probe.start();
          await probe.remove();
          await note('probe', faults.probe);
          return started;
        },
        remove: () => note('probe removed'),
      },
      startApp: async () => {
        await note('app', faults.startApp);
        return new URL('http://127.0.0.1:9/dev');
      },
      removeApp: () => note('app removed', faults.removeApp),
    };
  }
  const run = (parts: { target: VerifyTarget; signal?: AbortSignal; progress?: (text: string) => void }) =>
    verify({
      ...{ stage: 'dev-ada', banyan: testBanyan, routes: [], samples: 1 },
      ...{ now: () => new Date(0), signal: new AbortController().signal, progress: () => undefined },
      runParity: () => Promise.resolve({ equal: 1, different: 0, skipped: 0 }),
      ...parts,
    });

  it('removes everything, also when a deployment fails, and says what it could not remove', async () => {
    const steps: string[] = [];
    const found = await run({
      target: target(steps, { startApp: new Error('no rights'), removeApp: new Error('gone') }),
    });
    expect(steps).toEqual(['probe', 'probe removed', 'app', 'app removed']);
    expect(found.faults).toEqual(
      expect.arrayContaining([expect.stringContaining('no rights'), expect.stringMatching(/may still be there: gone/)]),
    );
    expect([found.removed, isSound(found), found.semantics.length]).toEqual([false, false, SEMANTICS.length]);
    expect(Verification.parse(JSON.parse(JSON.stringify(found)))).toEqual(JSON.parse(JSON.stringify(found)));
  });

  it('removes what a deployment has left half-way', async () => {
    const steps: string[] = [];
    const found = await run({ target: target(steps, { probe: new Error('half-way') }) });
    expect(steps).toEqual(['probe', 'probe removed', 'app', 'app removed']);
    expect(found.removed).toBe(true);
  });

  it('refuses a stage that is deployed already, which it would remove', async () => {
    const account: FakeAccount = {
      ...{ parameters: {}, stacks: { 'shop-dev-ada': {} }, secrets: {}, subnets: {}, securityGroups: {} },
      ...{ vpcs: [], endpoints: {}, concurrency: 0, forbidden: [] },
    };
    const aws = await startFakeAws(account);
    try {
      const clients = await connectAws({ endpoint: aws.url, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
      await expect(refuseExisting(clients, 'eu-west-1', 'shop-dev-ada')).rejects.toThrow('would be removed at the end');
      await expect(refuseExisting(clients, 'eu-west-1', 'shop-dev-eva')).resolves.toBeUndefined();
    } finally {
      await aws.close();
    }
  });

  it('after Ctrl-C asks no more, deploys no more, and removes what there is', async () => {
    const steps: string[] = [];
    const controller = new AbortController();
    const progress = (text: string) => text === 'rows' && controller.abort();
    const found = await run({ target: target(steps), signal: controller.signal, progress });
    expect(steps).toEqual(['probe', 'probe removed']);
    expect(verdicts(found.semantics, 'not tried')).toHaveLength(SEMANTICS.length);
    expect(found.removed).toBe(true);
    expect(isSound(found)).toBe(false);
  });

  it('reports what each hop adds', () => {
    const of = (median: number, cold: number) => ({ median, cold, p95: median, samples: 1 });
    const latencies = { function: of(10, 200), gateway: of(18, 230), authorizer: of(30, 400), proxy: of(19, 25) };
    expect(addedByHop(latencies)).toEqual([
      { hop: 'gateway', warm: 8, cold: 30 },
      { hop: 'authorizer', warm: 12, cold: 382 },
      { hop: 'proxy', warm: 1, cold: 7 },
    ]);
  });
});

describe('the last report', () => {
  const last = Verification.parse(JSON.parse(read('shared/local/gateway/verification.json')));

  it('is what README.md says of AWS, and has every row', () => {
    expect(read('README.md')).toContain(statusOf(last));
    expect(last.semantics.map(({ behaviour }) => behaviour)).toEqual(SEMANTICS.map(({ behaviour }) => behaviour));
    expect(isSound(last)).toBe(true);
  });

  it('is written for people, too', () => {
    expect(squeezed(read('shared/local/gateway/verification.md'))).toBe(squeezed(describeVerification(last)));
  });
});
