import type { CaseSuite, ParityCase } from 'banyan-strangler/parity';
import { badBodies } from './body-cases';
import { accountBody } from './contracts';
import { get, jsonBody } from './requests';
import { ORGANISER_ONLY } from './who';

const path = '/api/account';

export const getAccount: CaseSuite = {
  route: 'GET /api/account',
  cases: [
    get('the account', path, {
      status: { anonymous: 401, 'bad token': 401, member: 200, organiser: 200, 'other account': 200, 'API key': 401 },
    }),
    get('a query that nobody reads', `${path}?a[b]=c&d`),
    get('other case and a slash (trap 5)', '/API/Account/', { onlyThroughProxy: 'the proxy spells it as deployed' }),
    {
      name: 'HEAD (trap 1)',
      request: { method: 'HEAD', path },
      status: { member: 200, anonymous: 401 },
      onlyThroughProxy: 'API Gateway refuses HEAD',
    },
    { name: 'If-None-Match (trap 13)', request: { path, headers: { 'If-None-Match': '*' } }, status: 304 },
    {
      name: 'a method that is not there (trap 3)',
      request: { method: 'DELETE', path },
      status: 404,
      onlyThroughProxy: 'never listed, so legacy answers',
      answeredBy: 'legacy',
    },
  ],
};

export const getAccountUsers: CaseSuite = {
  route: 'GET /api/account/users',
  cases: [
    get('the users', `${path}/users`, { status: { ...ORGANISER_ONLY(200), 'other account': 200 } }),
    {
      name: 'If-None-Match',
      request: { path: `${path}/users`, headers: { 'If-None-Match': '*' } },
      status: { organiser: 304 },
    },
  ],
};

const patch = (name: string, body: unknown, more: Partial<ParityCase> = {}): ParityCase => ({
  name,
  request: { method: 'PATCH', path, ...jsonBody(body) },
  status: { organiser: 200 },
  effects: ['customerAccounts updated'],
  ...more,
});

export const patchAccount: CaseSuite = {
  route: 'PATCH /api/account',
  contract: accountBody,
  cases: [
    patch(
      'all that can be changed',
      { name: ' Harbour ', billingEmail: 'New@Example.com', timezone: 'Asia/Tokyo' },
      {
        status: { ...ORGANISER_ONLY(200), 'other account': 200 },
      },
    ),
    patch('one field', { timezone: 'UTC' }),
    patch('what clients may not change', { plan: 'business', id: 'x' }),
    patch(
      'every fault at once',
      { name: '', billingEmail: 'x', timezone: 'Mars/Olympus' },
      {
        status: { organiser: 400, member: 403 },
      },
    ),
    // Lifted: the monolith's parsers come before its own look at who asks.
    ...badBodies('PATCH', path, { organiser: 200 }, ['customerAccounts updated'], { ofNobody: 'lambda' }),
  ],
};
