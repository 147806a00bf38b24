import { readRouteTestsConfig } from '../../routes/config';

it('without anything: functions in this process, and the local gateway', () => {
  expect(readRouteTestsConfig({})).toEqual({ mode: 'both', apiUrl: undefined, legacyUrl: undefined });
});

it('by HTTP: clients log in where they send their requests, unless told otherwise', () => {
  const [api, legacy] = ['http://127.0.0.1:8080/', 'http://127.0.0.1:3001/'];
  expect(readRouteTestsConfig({ TEST_MODE: 'http', API_URL: api })).toEqual({
    mode: 'http',
    apiUrl: new URL(api),
    legacyUrl: new URL(api),
  });
  expect(readRouteTestsConfig({ TEST_MODE: 'http', API_URL: api, LEGACY_URL: legacy }).legacyUrl).toEqual(
    new URL(legacy),
  );
});

it.each([
  [{ TEST_MODE: 'https' }, 'TEST_MODE is "https"; expected one of both, handler, http'],
  [{ TEST_MODE: 'http' }, 'API_URL is missing; set it'],
  [{ TEST_MODE: 'http', API_URL: 'abc' }, 'API_URL is "abc"; expected a URL'],
  [{ TEST_MODE: 'handler', API_URL: 'http://a/' }, 'API_URL is set, but only TEST_MODE=http looks at it'],
])('refuses %j', (env, sentence) => {
  expect(() => readRouteTestsConfig(env)).toThrow(sentence);
});
