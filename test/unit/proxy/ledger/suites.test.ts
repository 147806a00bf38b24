import { MongoClient } from 'mongodb';
import { readEvidence } from '../../../../proxy/ledger/evidence';
import { recordParityRun } from '../../../../proxy/ledger/suites';
import type { CaseResult, ParityRun, Verdict } from '../../../../shared/parity/result';
import { startTestMongo } from '../../../support/test-mongo';

const VERSIONS = { legacy: '1', lambda: '2' };

function result(verdict: Verdict, statusCode: number, given: Partial<CaseResult> = {}): CaseResult {
  const body = { length: 0, sha256: '', encoding: 'text', content: '', truncated: false } as const;
  const answer = { statusCode, headers: [], body, ms: 1 };
  return {
    name: 'x',
    source: 'suite',
    identity: 'member',
    verdict,
    request: { method: 'GET', path: '/api/events?b=1&a[]=2&a[]=3', headers: [] },
    control: answer,
    candidate: answer,
    differences: [],
    accepted: [],
    rules: [],
    ...given,
  };
}

const counts = { cases: 0, equal: 0, different: 0, accepted: 0, skipped: 0 };
const run = (cases: readonly CaseResult[]): ParityRun => ({
  format: 1,
  startedAt: '',
  finishedAt: '',
  control: { url: '', name: 'legacy' },
  candidate: { url: '', name: 'gateway' },
  totals: counts,
  routes: [
    { route: 'GET /api/events', id: 'list-events', counts, cases },
    { route: '(no listed route)', counts, cases },
  ],
  notRun: [],
  ruleFaults: [],
});

it('a parity run becomes a suite result and replayed comparisons; what legacy answered itself shows nothing', async () => {
  const mongo = await startTestMongo();
  const client = await MongoClient.connect(mongo.uri);
  const har = { source: 'har', identity: 'anonymous' } as const;
  const cases = [
    result('equal', 200),
    result('accepted', 304),
    result('different', 404, { identity: 'organiser' }),
    result('skipped', 401, { identity: 'anonymous' }),
    result('equal', 413, { answeredBy: 'legacy' }),
    result('equal', 200, har),
    result('different', 200, har),
    result('skipped', 200, har),
  ];
  await recordParityRun(client.db(), run(cases), { versions: VERSIONS, database: 'mongodb', at: new Date(7) });
  const evidence = await readEvidence(client.db(), {
    route: { id: 'list-events', method: 'GET', path: '/api/events' },
    ...{ versions: VERSIONS, rules: [], development: false, now: new Date() },
  });
  expect(evidence.replayed).toBe(1);
  expect(evidence.suite).toMatchObject({
    ...{ cases: 3, equal: 2, different: 1, skipped: 1, statuses: [200, 304], identities: ['member'] },
    wanted: { statuses: [200, 304, 401, 404], identities: ['anonymous', 'member', 'organiser'] },
    ...{ versions: VERSIONS, database: 'mongodb', at: new Date(7) },
  });
  expect(evidence.comparisons).toEqual([{ source: 'replay', database: 'mongodb', count: 2, different: 1 }]);
  expect(evidence.coverage.queryForms).toEqual([{ value: 'a[]&b', equal: 1, different: 1 }]);
  await client.close();
  await mongo.stop();
});
