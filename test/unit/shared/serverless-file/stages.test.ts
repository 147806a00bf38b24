import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findStage, stageFiles } from '../../../../shared/serverless-file/stages';

describe('stages', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'banyan-stages-'));
  const file = path.join(folder, 'serverless.yml');
  const serverless = (text: string): string => {
    writeFileSync(file, text);
    return file;
  };
  mkdirSync(path.join(folder, 'stages'));
  for (const name of ['prod.yml', 'dev.yml', 'notes.txt', '.yml'])
    writeFileSync(path.join(folder, 'stages', name), 'region: eu-west-1\n');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['sls:stage', 'opt:stage', "opt:stage, 'dev'", 'self:provider.stage'])(
    'are the files that are included by ${%s}',
    (variable) => {
      const found = stageFiles(serverless(`custom: { stage: "\${file(./stages/\${${variable}}.yml)}" }\n`));
      expect([...found]).toEqual([
        ['dev', path.join(folder, 'stages/dev.yml')],
        ['prod', path.join(folder, 'stages/prod.yml')],
      ]);
    },
  );

  it('are found by name, or named', () => {
    serverless('custom: { stage: "${file(./stages/${sls:stage}.yml)}" }\n');
    expect(findStage(file, 'prod')).toEqual({ name: 'prod', file: path.join(folder, 'stages/prod.yml') });
    expect(() => findStage(file, 'production')).toThrow('--stage is "production"; expected one of dev, prod');
    expect(() => findStage(file, undefined)).toThrow('--stage is missing; expected one of dev, prod');
  });

  it('may have any name where no file is by stage', () => {
    serverless('custom: { stage: "${file(./elsewhere/${sls:stage}.yml)}", other: "${file(./stages/dev.yml)}" }\n');
    expect(findStage(file, 'prod')).toEqual({ name: 'prod', file: undefined });
    expect(() => findStage(file, '../x')).toThrow('--stage is "../x"; expected a name such as prod');
  });

  it('need a serverless.yml', () => {
    expect(() => findStage(path.join(folder, 'none.yml'), 'prod')).toThrow(
      /none\.yml does not exist; name the file with --serverless, or in banyan\.config\.ts/,
    );
  });
});
