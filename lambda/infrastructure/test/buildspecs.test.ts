import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { SERVICES } from '../services';

const FOLDER = path.join(__dirname, '../buildspecs');
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yml'));
const specOf = (name: string): unknown => parse(readFileSync(path.join(FOLDER, `${name}.yml`), 'utf8'));

test('every step has a buildspec, and every buildspec is a step', () => {
  const steps = SERVICES.flatMap(({ build, deployments }) => [
    build,
    ...deployments.flatMap((deployment) => deployment.steps),
  ]);
  const names = new Set(['pull-request', 'roll-back', ...steps.map(({ buildspec }) => buildspec)]);
  expect(files.map((file) => path.basename(file, '.yml')).sort()).toEqual([...names].sort());
});

test('the pipeline of the API has the steps that are rehearsed', () => {
  const service = SERVICES.find(({ serviceName }) => serviceName === 'banyan');
  const order: unknown = JSON.parse(readFileSync(path.join(FOLDER, 'order.json'), 'utf8'));
  expect(order).toEqual({
    build: [service?.build.buildspec],
    ...Object.fromEntries(
      (service?.deployments ?? []).map(({ target, steps }) => [target, steps.map(({ buildspec }) => buildspec)]),
    ),
  });
});

test('packages are cached in the source tree, where npm is asked to keep them', () => {
  const installing = files.filter((file) => readFileSync(path.join(FOLDER, file), 'utf8').includes('npm ci'));
  expect(installing).not.toEqual([]);
  for (const file of files) {
    const { env, cache } = specOf(path.basename(file, '.yml')) as { readonly env?: unknown; readonly cache?: unknown };
    const expected = installing.includes(file)
      ? { env: { variables: { npm_config_cache: '.npm-cache' } }, cache: { paths: ['.npm-cache/**/*'] } }
      : { env: undefined, cache: undefined };
    expect([file, env, cache]).toEqual([file, expected.env, expected.cache]);
  }
});

test('what a build leaves for the deployments, it says', () => {
  for (const { build } of SERVICES) expect(specOf(build.buildspec)).toHaveProperty('artifacts.files');
});
