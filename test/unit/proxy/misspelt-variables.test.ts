import { HELP } from '../../../proxy/help';
import { misspeltVariables } from '../../../proxy/misspelt-variables';

describe('misspelt variables', () => {
  it.each([
    ['TRUSTED_HOP', 'TRUSTED_HOPS'],
    ['LEGACY_UR', 'LEGACY_URL'],
    ['MONGODB_URL', 'MONGODB_URI'],
    ['legacy_ca_file', 'LEGACY_CA_FILE'],
  ])('%s is nearly %s', (written, meant) => {
    expect(misspeltVariables({ [written]: 'x' })).toEqual([{ written, meant }]);
    expect(misspeltVariables({ [written]: 'x', [meant]: 'y' })).toEqual([]);
  });

  it('are none of what shells and containers export', () => {
    const usual =
      'PATH HOME HOSTNAME PWD SHLVL LANG TERM NODE_ENV TZ PS1 AWS_REGION HTTP_PROXY npm_config_cache SSH_CLIENT';
    expect(misspeltVariables(Object.fromEntries(usual.split(' ').map((name) => [name, 'x'])))).toEqual([]);
  });

  it('are none of those that the help names', () => {
    const names = [...HELP.matchAll(/\b[A-Z\d]+_[A-Z\d_]+\b/g)].map(([name]) => name);
    expect(names).toEqual(
      expect.arrayContaining(['LEGACY_URL', 'UPSTREAM_MAX_REQUESTS', 'GUARD_SNS_TOPIC_ARN', 'S3_ENDPOINT']),
    );
    for (const name of names) expect(misspeltVariables({ [name]: 'x' })).toEqual([]);
  });
});
