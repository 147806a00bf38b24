import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { parse } from 'yaml';
import { loadRouteTable } from 'banyan-strangler/proxy';
import { allOnLambda } from './all-on-lambda';
import { differing, releaseOf } from './artefact';
import { asDeployer } from './stage-account';
import { BUILDSPECS, readBuildspec, readOrder } from './buildspec';
import { envFile, outputVariables } from './outputs';

const ROOT = path.join(__dirname, '../../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const names = readdirSync(BUILDSPECS).flatMap((file) => (file.endsWith('.yml') ? [file.slice(0, -'.yml'.length)] : []));
const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);

describe('buildspecs', () => {
  it.each(names)('%s calls one command a step, which exists, and holds no logic', (name) => {
    const commands = Object.values(readBuildspec(name).phases).flatMap((phase) => phase?.commands ?? []);
    expect(commands.filter((command) => /[;&|<>`]|\$\(|\b(?:if|for|while)\b/.test(command))).toEqual([]);
    const called = commands.flatMap((command) => /^npm run ([\w:-]+)/.exec(command)?.[1] ?? []);
    expect(called.filter((script) => !scripts.includes(script))).toEqual([]);
    const programs = commands.flatMap((command) => command.split(' ', 1)).filter((program) => program !== 'npm');
    expect(programs.filter((program) => !existsSync(path.join(ROOT, program)))).toEqual([]);
  });

  it('are in an order: config check before every deployment, routes back before prod is deployed again', () => {
    const order = readOrder();
    expect(
      Object.values(order)
        .flat()
        .filter((name) => !names.includes(name)),
    ).toEqual([]);
    for (const stage of ['test', 'staging', 'prod'])
      expect(order[stage]?.slice(0, 2)).toEqual(['config-check', 'deploy']);
    expect(readBuildspec(order['prod']?.at(-1) ?? '').phases['post_build']?.commands).toEqual([
      'npm run pipeline -- roll-back-routes --stage $STAGE --after-smoke',
    ]);
    const { build, post_build: afterwards } = readBuildspec('roll-back').phases;
    expect(build?.commands).toEqual(['npm run pipeline -- roll-back-routes --stage $STAGE']);
    expect(afterwards?.commands).toEqual(['npm run pipeline -- roll-back-stage --stage $STAGE']);
  });
});

describe('what a pipeline is given', () => {
  it('secrets.sample.env names the secrets of serverless.yml, and no value', () => {
    const sample = parseEnv(read('secrets.sample.env'));
    expect(Object.keys(sample)).toEqual(Object.keys(parse(read('lambda/eventsapp/secrets.yml')) as object));
    expect(Object.values(sample).join('')).toBe('');
  });

  it('outputs become variables; a private API is reached by its endpoint', () => {
    const none = new Map<string, string>();
    const api = new Map([['ServiceEndpoint', 'https://abc.execute-api.eu-west-1.amazonaws.com/prod']]);
    const network = new Map([['ExecuteApiEndpoint', 'vpce-1']]);
    const infra = new Map([['PhotosDomain', 'd1.cloudfront.net']]);
    const proxy = new Map([['ProxyUrl', 'https://app.example.com']]);
    const variables = outputVariables({ network, infra, api, proxy });
    expect(variables).toMatchObject({
      API_URL: 'https://abc-vpce-1.execute-api.eu-west-1.amazonaws.com/prod',
      PROXY_URL: 'https://app.example.com',
      CDN_URL: 'https://d1.cloudfront.net',
      EXECUTE_API_ENDPOINT: 'vpce-1',
    });
    expect(parseEnv(envFile(variables))).toEqual(variables);
    expect(outputVariables({ network: none, infra: none, api, proxy: none })['API_URL']).toBe(
      api.get('ServiceEndpoint'),
    );
  });

  it('acts as the deployer by a profile, which holds no credential', () => {
    expect(asDeployer({ A: '1' })).toEqual({ A: '1' });
    const env = asDeployer({ DEPLOYER_ROLE_ARN: 'arn:aws:iam::111111111111:role/deployer' });
    expect(readFileSync(env['AWS_CONFIG_FILE'] ?? '', 'utf8')).toMatch(
      /^\[profile deployer\]\nrole_arn = arn:aws:iam::111111111111:role\/deployer\ncredential_source = EcsContainer\n/,
    );
    expect(env['AWS_PROFILE']).toBe('deployer');
    // What the process removes as it exits, but Jest's workers do not exit by themselves.
    rmSync(path.dirname(env['AWS_CONFIG_FILE'] ?? ''), { recursive: true });
  });

  it('leaves nothing of that profile when it ends', () => {
    const script = `process.stdout.write(require('./stage-account').asDeployer({ DEPLOYER_ROLE_ARN: 'x' }).AWS_CONFIG_FILE)`;
    const file = execFileSync(process.execPath, ['--import', 'tsx', '-e', script], { cwd: __dirname }).toString();
    expect([path.basename(file), existsSync(path.dirname(file))]).toEqual(['config', false]);
  }, 60_000);
});

it('the table of end-to-end tests has every route on Lambda, and legacy answers for none of them', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'banyan-table-'));
  try {
    const file = path.join(folder, 'routes.yml');
    writeFileSync(
      file,
      allOnLambda(read('proxy/routes.yml').replace('stage: legacy', 'stage: canary\n    canary: { steps: [1, 5] }')),
    );
    copyFileSync(path.join(ROOT, 'proxy/app-routes.json'), path.join(folder, 'app-routes.json'));
    const { routes } = await loadRouteTable({ file, lambdaAvailable: true });
    expect(routes.length).toBeGreaterThan(20);
    const stages = new Set(routes.map(({ stage }) => stage));
    expect([...stages].sort()).toEqual(['lambda', 'retired']);
    for (const route of routes.filter(({ stage }) => stage === 'lambda'))
      expect([route.id, route.fallbackStatuses, route.guard]).toEqual([route.id, undefined, undefined]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('a release is named by its code alone, and other code by its function', () => {
  const one = new Map([
    ['a', 'x'],
    ['b', 'y'],
  ]);
  expect(releaseOf(one)).toBe(releaseOf(new Map([...one].reverse())));
  expect(releaseOf(one)).not.toBe(releaseOf(new Map(one).set('b', 'z')));
  expect(
    differing(
      one,
      new Map([
        ['a', 'x'],
        ['c', 'y'],
      ]),
    ),
  ).toEqual(['b', 'c']);
});
