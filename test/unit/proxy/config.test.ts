import { testBanyan as banyan } from '../../support/test-banyan';
import { loadProxyConfig } from '../../../proxy/config';
import { defineConfig } from '../../../shared/config';
import { ConfigError } from '../../../shared/errors';

describe('proxy configuration', () => {
  it.each([
    ['http://127.0.0.1:8080', {}],
    ['http://localhost:9000', { PORT: '9000', HOST: '0.0.0.0' }],
  ])('refuses itself as the monolith: %s %j', (LEGACY_URL, env) => {
    expect(() => loadProxyConfig(banyan, { LEGACY_URL, ...env })).toThrow(/which is this proxy itself/);
  });

  it('takes a monolith at the same port of another address', () => {
    expect(() => loadProxyConfig(banyan, { LEGACY_URL: 'http://127.0.0.2:8080' })).not.toThrow();
  });

  it('needs only LEGACY_URL', () => {
    expect(loadProxyConfig(banyan, { LEGACY_URL: 'http://10.0.0.5:3000' })).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      lambdaUrl: undefined,
      lambdaEndpointType: 'private',
      trustedHops: 0,
      drainDelay: 0,
      lambdaTimeout: 30_000,
    });
  });

  it.each([
    ['the default place, which may be empty', {}, {}, { routesFile: 'banyan/routes.yml', isRoutesFileOptional: true }],
    ['banyan.config.ts', { routes: 'my/routes.yml' }, {}, { routesFile: 'my/routes.yml', isRoutesFileOptional: false }],
    [
      'ROUTES_FILE, which wins',
      { routes: 'my/routes.yml' },
      { ROUTES_FILE: 's3://my-banyan/prod/routes.yml', S3_ENDPOINT: 'http://127.0.0.1:4566' },
      {
        routesFile: 's3://my-banyan/prod/routes.yml',
        isRoutesFileOptional: false,
        s3Endpoint: new URL('http://127.0.0.1:4566'),
      },
    ],
  ])('takes the route table from %s', (_what, options, env, expected) => {
    expect(loadProxyConfig({ ...banyan, ...options }, { LEGACY_URL: 'http://a', ...env })).toMatchObject(expected);
  });

  it('finds files that banyan.config.ts names from its own folder', () => {
    const { routesFile, parityRules } = loadProxyConfig(
      { ...banyan, routes: 'routes.yml', parity: { ...banyan.parity, rules: 'rules.yml' } },
      { LEGACY_URL: 'http://a' },
      { root: '/srv/shop' },
    );
    expect([routesFile, parityRules]).toEqual(['/srv/shop/routes.yml', '/srv/shop/rules.yml']);
  });

  it('refuses a place in S3 that is none', () => {
    expect(() => loadProxyConfig(banyan, { LEGACY_URL: 'http://a', ROUTES_FILE: 's3://my-banyan' })).toThrow(
      'ROUTES_FILE is "s3://my-banyan"; expected s3://bucket/key, such as s3://my-banyan/prod/routes.yml',
    );
  });

  it('takes 0 for what may be 0', () => {
    const env = { LEGACY_URL: 'http://a', PORT: '0', DRAIN_DELAY: '0', LEGACY_TIMEOUT: '0' };
    expect(loadProxyConfig(banyan, env)).toMatchObject({ port: 0, drainDelay: 0, legacyTimeout: 0 });
  });

  it('takes the endpoint type of one deployment', () => {
    const load = (LAMBDA_ENDPOINT_TYPE: string) =>
      loadProxyConfig(banyan, { LEGACY_URL: 'http://a', LAMBDA_ENDPOINT_TYPE });
    expect(load('regional')).toMatchObject({ lambdaEndpointType: 'regional' });
    expect(() => load('REGIONAL')).toThrow(/LAMBDA_ENDPOINT_TYPE is "REGIONAL"/);
  });

  it('takes the hops in front from the configuration, and the variable before it', () => {
    const env = { LEGACY_URL: 'http://a' };
    const behind = { ...banyan, trustedHops: 2 };
    expect(loadProxyConfig(behind, env).trustedHops).toBe(2);
    expect(loadProxyConfig(behind, { ...env, TRUSTED_HOPS: '0' }).trustedHops).toBe(0);
    for (const trustedHops of [-1, 1.5, 11, '1'])
      expect(() => defineConfig({ ...banyan, trustedHops } as typeof banyan)).toThrow(
        /^banyan.config.ts: trustedHops: is/,
      );
  });

  it('reports every bad variable at once', () => {
    const load = (): unknown =>
      loadProxyConfig(banyan, {
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

  it('takes whom the guard tells: a webhook with its query, a topic of SNS in the region of its ARN', () => {
    const GUARD_SNS_TOPIC_ARN = 'arn:aws:sns:eu-west-1:123456789012:banyan';
    const env = { LEGACY_URL: 'http://a', GUARD_WEBHOOK_URL: 'https://hooks.example.com/x?sig=1', GUARD_SNS_TOPIC_ARN };
    const { guardWebhookUrl, guardSnsTopic } = loadProxyConfig(banyan, env);
    expect(guardWebhookUrl?.search).toBe('?sig=1');
    expect(guardSnsTopic).toEqual({ arn: GUARD_SNS_TOPIC_ARN, region: 'eu-west-1', endpoint: undefined });
    const local = loadProxyConfig(banyan, { ...env, SNS_ENDPOINT: 'http://127.0.0.1:4566' });
    expect(local.guardSnsTopic?.endpoint?.href).toBe('http://127.0.0.1:4566/');
  });

  it.each([
    ['GUARD_SNS_TOPIC_ARN', 'arn:aws:sqs:eu-west-1:123456789012:banyan'],
    ['GUARD_SNS_TOPIC_ARN', 'arn:aws:sns:eu-west-1:123456789012:banyan.fifo'],
    ['GUARD_SNS_TOPIC_ARN', ''],
    ['GUARD_WEBHOOK_URL', 'hooks.example.com/T0/secret'],
    ['GUARD_WEBHOOK_URL', 'ftp://hooks.example.com/T0/secret'],
  ])('refuses %s=%s and tells no secret', (name, value) => {
    const load = (): unknown => loadProxyConfig(banyan, { LEGACY_URL: 'http://a', [name]: value });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(new RegExp(`${name} is `));
    expect(load).not.toThrow(/secret/);
  });

  it('refuses a path in LEGACY_URL and a missing one', () => {
    expect(() => loadProxyConfig(banyan, { LEGACY_URL: 'http://a/base' })).toThrow(
      /LEGACY_URL is "http:\/\/a\/base"; expected no path/,
    );
    expect(() => loadProxyConfig(banyan, {})).toThrow(
      /LEGACY_URL is missing; set it, for example LEGACY_URL=http:\/\/127\.0\.0\.1:3001$/,
    );
  });
});
