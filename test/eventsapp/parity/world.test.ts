import { groupBy } from '../../../shared/group-by';
import { DATA_SETS, study } from './false-alarms/study';

/** Sessions of every age, credentials alone and in pairs, odd documents, on every route; a part of them. All, with more data: npm run study:false-alarms. */
it('answers alike whoever asks and whatever the data is like, and extends the same sessions, over the end of a year', async () => {
  const dataSet = DATA_SETS[1];
  if (dataSet === undefined) throw new Error('there is no such data set');
  const routes = { ofWorld: new Set<string>(), odd: new Set<string>() };
  const { falseAlarms, extended, ended } = await study(dataSet, ({ ofWorld, odd }) => {
    // Others on each route, so that together they are all.
    const alone = ofWorld.filter(({ identity }) => !identity.includes(' next to '));
    const inTurn = [...groupBy(alone, ({ route }) => route).values()].flatMap((cases, turn) =>
      cases.filter((_, index) => (index + turn) % 9 === 0),
    );
    const some = [
      ...inTurn,
      ...ofWorld.filter(({ identity }) => identity.includes(' next to ')).filter((_, index) => index % 12 === 0),
    ];
    for (const { route } of some) routes.ofWorld.add(route);
    for (const { route } of odd) routes.odd.add(route);
    expect(odd.some(({ parityCase }) => parityCase.name.includes("as the sample's"))).toBe(true);
    return [...some, ...odd.filter((_, index) => index % 3 === 0)];
  });
  expect(
    falseAlarms.map(({ route, result: { name, identity, differences } }) => [route, name, identity, differences]),
  ).toEqual([]);
  expect(routes.ofWorld.size).toBeGreaterThan(15);
  expect(routes.odd.size).toBeGreaterThan(15);
  expect([...routes.odd].filter((route) => !route.startsWith('GET')).length).toBeGreaterThan(5);
  expect(ended).toMatch(/^2027-01-01T00:10/);
  const ages = [...extended.keys()].filter((identity) => identity.includes(': ') && !identity.includes(' next to '));
  expect([...new Set(ages.map((identity) => identity.replace(/^.*: /, '')))].sort()).toEqual([
    'session about to expire',
    'session past touchAfter',
    'session signed by the secret before',
    'session without a last touch',
    'session without an expiry',
  ]);
}, 180_000);
