import { placesOf } from '../../../../shared/config/places';
import { testBanyan } from '../../../support/test-banyan';

const { parity } = testBanyan;
const paths = (banyan: Parameters<typeof placesOf>[0]): unknown => {
  const places = placesOf(banyan, process.cwd());
  return [
    places.routes,
    places.serverless,
    places.functions,
    ...places.parity.cases,
    ...places.parity.recordings,
    places.parity.rules,
  ].map((place) => place.path);
};

it("a project's files are in banyan/ by default", () => {
  expect(paths({ parity: { identities: parity.identities } })).toEqual([
    'banyan/routes.yml',
    'banyan/serverless.yml',
    'banyan/functions',
    'banyan/parity/cases',
    'banyan/parity/rules.yml',
  ]);
});

it('and where banyan.config.ts names them', () => {
  const named = { identities: parity.identities, cases: ['cases'], recordings: ['a.har'], rules: 'rules.yml' };
  expect(paths({ routes: 'routes.yml', serverless: 'serverless.yml', parity: named })).toEqual([
    'routes.yml',
    'serverless.yml',
    'banyan/functions',
    'cases',
    'a.har',
    'rules.yml',
  ]);
});
