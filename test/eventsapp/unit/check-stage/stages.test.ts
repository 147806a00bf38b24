import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

import { readStage } from '../../../../shared/deployment/check-stage/stage';

const SERVICE = join(__dirname, '../../../../serverless.yml');
const FOLDER = join(__dirname, '../../../../lambda/eventsapp/stages');
const keysOf = (stage: string) => Object.keys(parse(readFileSync(join(FOLDER, `${stage}.yml`), 'utf8')) as object);

describe.each(['dev', 'test', 'staging', 'prod'])('lambda/eventsapp/stages/%s.yml', (stage) => {
  const config = readStage(SERVICE, stage, new Map());

  it('says all that serverless.yml asks for', () => {
    // A developer's own account has neither.
    const limits = ['reservedConcurrency', 'mongodbConnections', 'permissionsBoundary'];
    expect(keysOf(stage).filter((key) => !limits.includes(key))).toEqual(keysOf('dev'));
    expect(config.secrets.map(({ variable, store }) => [variable, store])).toEqual([
      ['MONGODB_URI', 'secretsmanager'],
      ['SESSION_SECRET', 'secretsmanager'],
    ]);
    expect(config.network.subnetIds).toHaveLength(2);
  });
});

describe.each(['staging', 'prod'])('lambda/eventsapp/stages/%s.yml', (stage) => {
  const config = readStage(SERVICE, stage, new Map());

  it('leaves no back door: the gateway is private', () => {
    expect(config.gatewayAccess).toBe('private-endpoint');
    expect(config.network.vpcEndpointIds).toHaveLength(1);
  });

  it('limits every function, sends alarms somewhere, and keeps logs', () => {
    const without = config.functions.filter(({ reservedConcurrency }) => reservedConcurrency === undefined);
    expect(without.map(({ name }) => name)).toEqual(['process-report-job']);
    expect(config.mongodbConnections).toBeGreaterThan(0);
    expect(config.alarmActions).toHaveLength(1);
  });

  it('holds no id and no name of its own: all are looked up', () => {
    const ids = [...config.network.subnetIds, ...config.network.securityGroupIds, ...config.network.vpcEndpointIds];
    expect([...ids, ...config.secrets.map(({ name }) => name)].filter((id) => id !== undefined)).toEqual([]);
  });
});
