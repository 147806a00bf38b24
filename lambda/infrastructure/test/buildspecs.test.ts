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
  const names = new Set(['pull-request', ...steps.map(({ buildspec }) => buildspec)]);
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

test('what a build leaves for the deployments, it says', () => {
  for (const { build } of SERVICES) expect(specOf(build.buildspec)).toHaveProperty('artifacts.files');
});
