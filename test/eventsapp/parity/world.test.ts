import { DATA_SETS, study } from './false-alarms/study';

/** Sessions of every age, and credentials alone and next to others, on every route; a part of them. All, with more data: npm run study:false-alarms. */
it('answers alike whatever age a session has, and extends the same ones, over the end of a year', async () => {
  const dataSet = DATA_SETS[1];
  if (dataSet === undefined) throw new Error('there is no such data set');
  let routes = new Set<string>();
  const { falseAlarms, extended, ended } = await study(dataSet, ({ ofWorld }) => {
    const some = ofWorld.filter((_, index) => index % 5 === 0);
    routes = new Set(some.map(({ route }) => route));
    return some;
  });
  expect(falseAlarms.map(({ route, result: { identity, differences } }) => [route, identity, differences])).toEqual([]);
  expect(routes.size).toBeGreaterThan(15);
  expect(ended).toMatch(/^2027-01-01T00:10/);
  const ages = new Set([...extended.keys()].map((identity) => identity.replace(/^.*: /, '')));
  expect([...ages].sort()).toEqual([
    'session about to expire',
    'session past touchAfter',
    'session signed by the secret before',
  ]);
}, 180_000);
