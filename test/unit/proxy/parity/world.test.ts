import { worldCredentials, type World } from '../../../../proxy/parity/world';
import { worldCases } from '../../../../proxy/parity/world-cases';
import type { CaseSuite } from '../../../../shared/parity/case';

const alone = ['no credentials', 'cookie', 'bearer token', 'query key'];
const pairs = Array.from({ length: 40 }, (_, i) => `cookie ${i} next to bearer token`);
const asker = (what: string, pair?: 'plain' | 'odd') =>
  [
    what,
    { headers: { cookie: what }, ...(pair && { pair }), ...(what === 'query key' && { query: 'key=x' }) },
  ] as const;
const WORLD: World = new Map(
  ['member', 'organiser'].map((name) => [
    name,
    new Map([
      ...alone.map((what) => asker(what)),
      ...pairs.flatMap((what) => [asker(`${what}, damaged`, 'odd'), asker(what, 'plain')]),
    ]),
  ]),
);
const route = (name: string, path: string, method = 'GET'): CaseSuite => ({
  route: name,
  cases: [
    { name: 'revalidated', request: { path }, revalidates: true, status: 200 },
    { name: 'plain', request: { path, method }, status: { anonymous: 401, organiser: 200 } },
  ],
});
const SUITES = [
  route('GET /a', '/a?page=2'),
  route('POST /b', '/b', 'POST'),
  { route: 'GET /c', cases: [{ name: 'open', request: { path: '/c' }, status: { anonymous: 200 } }] },
  { route: 'GET /d', cases: [{ name: 'unknown', request: { path: '/d' } }] },
  { route: 'GET /e', cases: [{ name: 'refused', request: { path: '/e' }, status: 401 }] },
];
const whoOn = (name: string, cases: ReturnType<typeof worldCases>) =>
  cases.filter((one) => one.route === name).map(({ identity, parityCase }) => `${identity}, ${parityCase.name}`);

it('is every credential alone on every route, for a user with access, and pairs within the budget', () => {
  const cases = worldCases(SUITES, WORLD, { seed: 1, pairs: 5 });
  const all = whoOn('GET /a', cases);
  expect(all.slice(0, 4)).toEqual(alone.map((what) => `organiser: ${what}, credentials`));
  expect(all).toHaveLength(9);
  expect(whoOn('POST /b', cases).filter((one) => one.endsWith('a malformed body'))).toEqual(
    alone.map((what) => `organiser: ${what}, credentials and a malformed body`),
  );
  expect(whoOn('GET /c', cases)[0]).toBe('member: no credentials, credentials');
  expect(whoOn('GET /d', cases)).toHaveLength(9);
  expect(whoOn('GET /e', cases)).toEqual([]);
  const credentials = worldCredentials(WORLD);
  expect(cases.every(({ identity }) => credentials.has(identity))).toBe(true);
});

it('pairs are others on every route, the same for a seed', () => {
  const chosen = (seed: number) =>
    worldCases(SUITES, WORLD, { seed, pairs: 5 })
      .map(({ identity }) => identity.replace(/^\w+: /, ''))
      .filter((what) => what.includes('next to'));
  expect(new Set(chosen(1)).size).toBe(20);
  expect(chosen(2)).toEqual(chosen(2));
  expect(chosen(2)).not.toEqual(chosen(1));
});

it('pairs with good credentials come first', () => {
  const chosen = worldCases(SUITES.slice(0, 1), WORLD, { seed: 1, pairs: 80 })
    .map(({ identity }) => identity)
    .filter((what) => what.includes('next to'));
  expect(chosen).toHaveLength(80);
  expect(chosen.slice(0, 40).filter((what) => what.endsWith('damaged'))).toEqual([]);
});

it('a credential of the query goes behind the request’s own', () => {
  const path = (name: string) =>
    worldCases(SUITES, WORLD).find((one) => one.route === name && one.identity.endsWith('query key'))?.parityCase
      .request.path;
  expect([path('GET /a'), path('GET /d')]).toEqual(['/a?page=2&key=x', '/d?key=x']);
});
