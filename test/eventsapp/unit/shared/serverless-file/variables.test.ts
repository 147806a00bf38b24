import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { Variables } from '../../../../../shared/serverless-file/variables';
import { readYaml } from '../../../../../shared/serverless-file/yaml-source';

describe('values that were looked up in AWS', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'variables-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'serverless.yml');
  writeFileSync(
    file,
    [
      'a: ${ssm(eu-west-1):/banyan/name}',
      "b: '{{resolve:secretsmanager:${ssm(eu-west-1):/banyan/name}}}'",
      'c: ${cf:network.Subnet}',
    ].join('\n'),
  );

  const resolve = (lookedUp?: ReadonlyMap<string, string>) => {
    const tree = readYaml(file);
    const variables = new Variables(tree, {
      root: folder,
      stage: 'dev',
      env: () => undefined,
      ...(lookedUp && { lookedUp }),
    });
    const root = variables.resolve(tree);
    expect(variables.faults).toEqual([]);
    return ['a', 'b', 'c'].map((key) => root.get(key)?.describe());
  };

  it('take the place of their variables, inside texts too; the others stay as they are', () => {
    expect(resolve(new Map([['ssm(eu-west-1):/banyan/name', 'prod/mongodb']]))).toEqual([
      '"prod/mongodb"',
      '{{resolve:secretsmanager:prod/mongodb}}',
      '${cf:network.Subnet}',
    ]);
  });

  it('are known after a deployment only, without a look-up', () => {
    expect(resolve()).toEqual([
      '${ssm(eu-west-1):/banyan/name}',
      expect.stringContaining('{{resolve:secretsmanager:${ssm') as string,
      '${cf:network.Subnet}',
    ]);
  });
});
