import { loadProxyConfig } from '../../../proxy/config';
import { ConfigError } from '../../../shared/errors';

describe('proxy configuration', () => {
  it('needs only LEGACY_URL', () => {
    expect(loadProxyConfig({ LEGACY_URL: 'http://10.0.0.5:3000' })).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      lambdaUrl: undefined,
      trustedHops: 0,
      drainDelay: 0,
      lambdaTimeout: 30_000,
    });
  });

  it('takes 0 for what may be 0', () => {
    const env = { LEGACY_URL: 'http://a', PORT: '0', DRAIN_DELAY: '0', LEGACY_TIMEOUT: '0' };
    expect(loadProxyConfig(env)).toMatchObject({ port: 0, drainDelay: 0, legacyTimeout: 0 });
  });

  it('reports every bad variable at once', () => {
    const load = (): unknown =>
      loadProxyConfig({
        LEGACY_URL: 'localhost:3000',
        LAMBDA_URL: '',
        PORT: '80800',
        TRUSTED_HOPS: '-1',
        DRAIN_DELAY: '5s',
        LOG_LEVEL: 'loud',
      });
    expect(load).toThrow(ConfigError);
    for (const name of ['LEGACY_URL', 'LAMBDA_URL', 'PORT', 'TRUSTED_HOPS', 'DRAIN_DELAY', 'LOG_LEVEL']) {
      expect(load).toThrow(new RegExp(`${name} is `));
    }
  });

  it('refuses a path in LEGACY_URL and a missing one', () => {
    expect(() => loadProxyConfig({ LEGACY_URL: 'http://a/base' })).toThrow(
      /LEGACY_URL is "http:\/\/a\/base"; expected no path/,
    );
    expect(() => loadProxyConfig({})).toThrow(
      /LEGACY_URL is missing; set it, for example LEGACY_URL=http:\/\/127\.0\.0\.1:3001$/,
    );
  });
});
