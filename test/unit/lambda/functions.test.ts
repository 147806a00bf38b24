import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';

import { build } from 'esbuild';
import { parse } from 'yaml';
import { z } from 'zod';
import { deployedBundling } from '../../support/bundle';

const ROOT = join(__dirname, '../../..');

/** The part of serverless.yml that says what is bundled. */
const Service = z.object({
  functions: z.record(
    z.string(),
    z.object({ handler: z.string(), vpc: z.string().optional(), timeout: z.number().optional() }),
  ),
});

const service = Service.parse(parse(readFileSync(join(ROOT, 'serverless.yml'), 'utf8')));
const functions = Object.entries(service.functions);

/** Too heavy for a cold start, or what the authorizer replaces. */
const UNWANTED = /node_modules\/(?:express-session|passport|connect-mongo|pino|zod|undici|@aws-sdk)\//;
const EXPRESS = /node_modules\/(?:express|@vendia\/serverless-express)\//;

describe.each(functions)('function %s', (_name, { handler, vpc }) => {
  const file = handler.replace(/\.[^.]+$/, '.ts');
  const isLifted = file.startsWith('lambda/lifted/');
  let inputs: readonly string[];
  let bundle: string;

  beforeAll(async () => {
    const { metafile, outputFiles } = await build({
      ...deployedBundling(),
      entryPoints: [file],
      write: false,
      metafile: true,
    });
    inputs = Object.keys(metafile.inputs);
    bundle = outputFiles[0]?.text ?? '';
  });

  it('has a handler that the Node.js 24 runtime takes, bundled as deployed: at most two parameters', () => {
    const module: { exports: object } = { exports: {} };
    const load = compileFunction(bundle, ['module', 'exports', 'require', '__filename', '__dirname']);
    load.call(module.exports, module, module.exports, createRequire(join(ROOT, file)), join(ROOT, file), ROOT);
    const exported: unknown = 'handler' in module.exports ? module.exports.handler : undefined;
    if (typeof exported !== 'function') throw new Error(`${file} exports no handler`);
    expect(exported.length).toBeLessThanOrEqual(2);
  });

  it('holds nothing too heavy, and Express exactly if it is lifted', () => {
    expect(inputs.filter((input) => UNWANTED.test(input))).toEqual([]);
    expect(inputs.some((input) => EXPRESS.test(input))).toBe(isLifted);
  });

  it('imports nothing of the proxy, and of the monolith only routers and what they are made of, if it is lifted', () => {
    expect(inputs.filter((input) => /^(?:proxy|test)\//.test(input))).toEqual([]);
    const ofMonolith = inputs.filter((input) => input.startsWith('legacy/'));
    expect(ofMonolith.some((input) => input.endsWith('/routes.ts'))).toBe(isLifted);
    expect(ofMonolith.filter((input) => /^legacy\/(?:app|server|session|config|database)\.ts$/.test(input))).toEqual(
      [],
    );
    expect(isLifted ? [] : ofMonolith).toEqual([]);
  });

  it('is in the VPC exactly if it connects to MongoDB', () => {
    expect(vpc !== undefined).toBe(inputs.includes('lambda/mongo.ts'));
  });
});

describe('serverless.yml', () => {
  it('gives the authorizer and a function together less than the 29 s of API Gateway', () => {
    expect(service.functions['authorizer']?.timeout).toBe(10);
  });
});
