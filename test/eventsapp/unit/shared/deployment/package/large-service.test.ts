import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parse, stringify } from 'yaml';
import { z } from 'zod';

import { startPlaceholderAws } from '../../../../../../shared/deployment/package/placeholder-aws';
import { runServerless } from '../../../../../../shared/deployment/package/run-serverless';
import { findLookups } from '../../../../../../shared/deployment/package/stage-lookups';
import { deafAlarms } from '../../../../../support/cloudformation/alarms';
import { readTemplate, resourcesOf, type CloudFormationTemplate } from '../../../../../support/cloudformation/template';
import { templateFaults } from '../../../../../support/cloudformation/validate';

const ROOT = join(__dirname, '../../../../../..');
const OUTPUT = 'packaged';
const DOMAINS = 36;
/** Five routes for each domain, as REST services have them: 180. */
const ROUTES = [
  ['list', 'get', ''],
  ['create', 'post', ''],
  ['get', 'get', '/{id}'],
  ['replace', 'put', '/{id}'],
  ['delete', 'delete', '/{id}'],
] as const;

const Service = z.looseObject({ functions: z.record(z.string(), z.unknown()) });
const NestedStack = z.object({
  TemplateURL: z.unknown(),
  Parameters: z.record(z.string(), z.unknown()).default({}),
});

/** This service and a function each for 180 more routes, all with role, alarms and log of their own. */
describe('a service of 180 routes', () => {
  let folder: string;
  let root: CloudFormationTemplate;
  let nested: ReadonlyMap<string, CloudFormationTemplate>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'banyan-large-'));
    const names = (await readdir(ROOT)).filter((name) => name !== 'serverless.yml' && !name.startsWith('.'));
    await Promise.all(names.map((name) => symlink(join(ROOT, name), join(folder, name))));
    const service = Service.parse(parse(await readFile(join(ROOT, 'serverless.yml'), 'utf8')));
    const functions = { ...service.functions, ...manyFunctions() };
    await writeFile(join(folder, 'serverless.yml'), stringify({ ...service, functions }));

    const aws = await startPlaceholderAws(
      findLookups(await readFile(join(ROOT, 'lambda/eventsapp/stages/prod.yml'), 'utf8')),
    );
    try {
      await runServerless({
        serverlessFile: join(folder, 'serverless.yml'),
        stage: 'prod',
        output: join(folder, OUTPUT),
        frameworkOutput: 'ignore',
        awsUrl: aws.url,
        env: process.env,
      });
    } finally {
      await aws.close();
    }
    const files = await readdir(join(folder, OUTPUT));
    const read = (name: string) => readTemplate(join(folder, OUTPUT, name));
    root = await read('cloudformation-template-update-stack.json');
    nested = new Map(
      await Promise.all(
        files
          .filter((name) => name.endsWith('-nested-stack.json'))
          .map(async (name) => [name, await read(name)] as const),
      ),
    );
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('packages into stacks that CloudFormation takes, each under its limits', () => {
    expect(nested.size).toBe(8);
    const templates = [['root', root], ...nested] as const;
    expect(templates.flatMap(([name, one]) => templateFaults(one).map((fault) => `${name}: ${fault}`))).toEqual([]);
    for (const [name, { Resources }] of templates) {
      // Room to grow: half of what is allowed.
      expect([name, Object.keys(Resources).length < 250]).toEqual([name, true]);
    }
    const count = (type: string) => templates.flatMap(([, one]) => resourcesOf(one, type)).length;
    expect(count('AWS::Lambda::Function')).toBeGreaterThanOrEqual(DOMAINS * ROUTES.length);
    expect(count('AWS::ApiGateway::Method')).toBeGreaterThanOrEqual(DOMAINS * ROUTES.length);
  });

  it('hands each nested stack the parameters that it declares, and asks for outputs that it has', () => {
    const stacks = resourcesOf(root, 'AWS::CloudFormation::Stack');
    expect(stacks).toHaveLength(nested.size);
    for (const { id, Properties } of stacks) {
      const { TemplateURL, Parameters } = NestedStack.parse(Properties);
      const [name, template] = [...nested].find(([file]) => JSON.stringify(TemplateURL).includes(file)) ?? [];
      expect([name, Object.keys(Parameters).sort()]).toEqual([name, Object.keys(template?.Parameters ?? {}).sort()]);
      const wanted = [...JSON.stringify(root).matchAll(new RegExp(`"${id}","Outputs\\.(\\w+)"`, 'g'))];
      const missing = wanted.filter(([, output = '']) => !Object.hasOwn(template?.Outputs ?? {}, output));
      expect(missing).toEqual([]);
    }
  });

  it('publishes the API when the methods in every nested stack are there', () => {
    const [deployment] = resourcesOf(root, 'AWS::ApiGateway::Deployment');
    const stacks = resourcesOf(root, 'AWS::CloudFormation::Stack').map(({ id }) => id);
    expect([deployment?.DependsOn].flat()).toEqual(expect.arrayContaining(stacks));
  });

  it('keeps the alarms of a function beside it', () => {
    for (const template of nested.values()) expect(deafAlarms(template)).toEqual([]);
  });
});

/** Small ones: how long packaging takes is not of interest here. */
function manyFunctions(): Record<string, unknown> {
  const functions = Array.from({ length: DOMAINS }, (_, domain) =>
    ROUTES.map(([verb, method, suffix]) => [
      `${verb}-thing-${domain}`,
      {
        handler: 'lambda/eventsapp/private/get-private.handler',
        reservedConcurrency: '${self:custom.stage.reservedConcurrency.reads, null}',
        environment: '${self:custom.sessionAndDatabase}',
        vpc: '${self:custom.vpc}',
        iamRoleStatements: '${self:custom.insideVpc}',
        events: [{ http: { path: `api/thing-${domain}${suffix}`, method, authorizer: '${self:custom.authorizer}' } }],
      },
    ]),
  );
  return Object.fromEntries(functions.flat()) as Record<string, unknown>;
}
