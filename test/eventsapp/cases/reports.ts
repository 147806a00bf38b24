import type { Db } from 'mongodb';
import { DEMO_IDS } from '../seed';
import type { CaseSuite, ParityCase } from 'banyan-strangler/parity';
import { badBodies } from './body-cases';
import { reportBody } from './contracts';
import { get, jsonBody } from './requests';
import { BODY_OF_NOBODY_ON_LEGACY, ORGANISER_ONLY, READABLE } from './who';

const path = '/api/reports';
const USERS_ONLY = { ...READABLE, 'API key': 401 };

const DAY_MS = 86_400_000;
const RESULT = { events: 20, views: 3, registrations: 2, shares: 0, attendees: 1 };

/** One more than the list shows, of every kind and status, some of the same moment; and one of another account. */
const REPORTS = Array.from({ length: 51 }, (_, index) => {
  const isDaily = index % 3 === 0;
  const status = (['queued', 'done', 'failed'] as const)[index % 3] ?? 'queued';
  const createdAt = new Date(Date.UTC(2026, 0, 1) + Math.floor(index / 2) * DAY_MS);
  return {
    _id: isDaily ? `daily-${index}` : `report-${index}`,
    customerAccountId: index === 50 ? DEMO_IDS.otherAccount : DEMO_IDS.account,
    kind: isDaily ? 'daily' : 'on-demand',
    day: '2025-12-31',
    status,
    requestedBy: isDaily ? null : DEMO_IDS.organiser,
    result: status === 'done' ? RESULT : null,
    createdAt,
    finishedAt: status === 'queued' ? null : createdAt,
  };
});
const withReports = (db: Db) => db.collection<{ _id: string }>('reports').insertMany(REPORTS);

export const getReports: CaseSuite = {
  route: 'GET /api/reports',
  cases: [
    get('the reports', path, { status: { ...USERS_ONLY, 'API key': 401 } }),
    { name: 'If-None-Match (trap 13)', request: { path, headers: { 'If-None-Match': '*' } }, status: 304 },
  ],
  prepare: withReports,
};

export const getReportsReportId: CaseSuite = {
  route: 'GET /api/reports/:reportId',
  cases: [
    get('a daily report', `${path}/daily-0`, { status: { ...USERS_ONLY, 'other account': 404 } }),
    get('a report that is done', `${path}/report-1`),
    get('a report that failed', `${path}/report-2`),
    get('a report of another account', `${path}/report-50`, { status: { member: 404, 'other account': 200 } }),
    get('an unknown report', `${path}/ffffffffffffffffffffffff`, { status: { member: 404, anonymous: 401 } }),
    get('an id that no report can have', `${path}/a%20b%27c`, { status: 404 }),
    get('other case and a slash (trap 5)', '/API/Reports/daily-0/', {
      onlyThroughProxy: 'the proxy spells it as deployed',
    }),
  ],
  prepare: withReports,
};

const ask = (name: string, body: unknown, more: Partial<ParityCase> = {}): ParityCase => ({
  name,
  request: { method: 'POST', path, ...jsonBody(body) },
  status: { organiser: 202 },
  effects: ['queue ReportQueue inserted', 'reports inserted'],
  ...more,
});

/** For a day so far from today, which is another one once a run has passed midnight. */
const askInDays = (name: string, days: number, more: Partial<ParityCase> = {}): ParityCase => ({
  ...ask(name, {}, more),
  get request() {
    const day = new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
    return { method: 'POST', path, ...jsonBody({ day }) };
  },
});

export const postReports: CaseSuite = {
  route: 'POST /api/reports',
  contract: reportBody,
  cases: [
    ask(
      'of yesterday',
      {},
      {
        status: { ...ORGANISER_ONLY(202), 'other account': 202 },
        answeredBy: BODY_OF_NOBODY_ON_LEGACY,
      },
    ),
    ask('of a day', { day: '2026-01-31' }),
    ask('of a day that is none', { day: '2026-02-30' }, { status: { organiser: 400, member: 403 } }),
    askInDays('of today', 0),
    askInDays('of tomorrow', 1, { status: { organiser: 400 } }),
    ask('of null', { day: null }, { status: { organiser: 400 } }),
    ask('in a list', [{ day: '2026-01-31' }]),
    ask('of an object', { day: { $gt: '' } }, { status: { organiser: 400 } }),
    ...badBodies('POST', path, { organiser: 202 }, ['queue ReportQueue inserted', 'reports inserted']),
  ],
};
