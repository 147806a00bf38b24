import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkEndpointTypes, readEndpointTypes } from '../../../../../proxy/cli/check/endpoint-types';
import { ConfigError } from '../../../../../shared/errors';

const ROOT = path.join(__dirname, '../../../../..');
let folder: string;
beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'banyan-endpoint-'))));
afterEach(() => rm(folder, { recursive: true }));

async function read(serverless: string, files: Readonly<Record<string, string>> = {}) {
  for (const [name, text] of Object.entries({ ...files, 'serverless.yml': serverless })) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return readEndpointTypes(path.join(folder, 'serverless.yml'));
}

describe('endpoint types of the stages', () => {
  it('are those of the demo', () => {
    expect(readEndpointTypes(path.join(ROOT, 'serverless.yml'))).toEqual([
      { stage: 'dev', endpointType: 'regional' },
      { stage: 'prod', endpointType: 'private' },
      { stage: 'staging', endpointType: 'private' },
      { stage: 'test', endpointType: 'private' },
    ]);
  });

  it.each([
    ['provider: { name: aws }', 'edge'],
    ['provider: { endpointType: regional }', 'regional'],
    ['provider: { endpointType: PRIVATE }', 'private'],
    ['provider: { endpointType: "${ssm:/endpoint}" }', undefined],
    ['provider: { endpointType: GLOBAL }', undefined],
    ['provider: { endpointType: "${opt:endpoint, \'EDGE\'}" }', 'edge'],
  ])('%s', async (text, endpointType) => {
    expect(await read(text)).toEqual([{ stage: 'dev', endpointType }]);
  });

  it('come from files named after the stage, whatever the rest of the file looks up', async () => {
    const text = [
      'custom: { stage: "${file(./config/env.${opt:stage, \'dev\'}.yml)}", secret: "${unknown:x}" }',
      'provider: { endpointType: "${self:custom.stage.endpoint}" }',
    ].join('\n');
    const files = {
      'config/env.a.yml': 'endpoint: EDGE',
      'config/env.b.yml': 'endpoint: PRIVATE\nkey: "${ssm:/x}"',
      'config/other.yml': 'endpoint: REGIONAL',
    };
    expect(await read(text, files)).toEqual([
      { stage: 'a', endpointType: 'edge' },
      { stage: 'b', endpointType: 'private' },
    ]);
  });

  it('are not guessed where a variable is not understood', async () => {
    await expect(read('provider: { endpointType: "${unknown:x}" }')).rejects.toThrow(ConfigError);
  });
});

describe('gateway.endpointType beside the stages', () => {
  const stages = [
    { stage: 'dev', endpointType: 'regional' },
    { stage: 'prod', endpointType: 'private' },
  ] as const;

  it.each(['edge', 'regional'] as const)('%s is a fault where a stage is private', (configured) => {
    expect(checkEndpointTypes(configured, stages)).toMatchObject([
      {
        level: 'fault',
        text: expect.stringContaining(
          'stage prod is private, which accepts URLs of 8,192 characters and 8,000 bytes of headers',
        ) as unknown,
        remedy: expect.stringContaining("gateway: { endpointType: 'private' }") as unknown,
      },
    ]);
  });

  it('is good when it is the strictest, and where a stage is not known', () => {
    expect(checkEndpointTypes('private', [...stages, { stage: 'x', endpointType: undefined }])).toMatchObject([
      { level: 'ok', text: expect.stringContaining('stages: dev regional, prod private, x unknown') as unknown },
    ]);
  });

  it('regional is a fault where a stage is edge-optimised, edge is not where one is regional', () => {
    expect(checkEndpointTypes('regional', [{ stage: 'a', endpointType: 'edge' }])).toMatchObject([{ level: 'fault' }]);
    expect(checkEndpointTypes('edge', [{ stage: 'a', endpointType: 'regional' }])).toMatchObject([{ level: 'ok' }]);
  });
});
