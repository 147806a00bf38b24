import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { build } from 'esbuild';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = join(__dirname, '../../..');

/** The part of serverless.yml that says what is bundled and how. */
const Service = z.object({
  custom: z.object({ esbuild: z.object({ target: z.string(), exclude: z.array(z.string()) }) }),
  functions: z.record(
    z.string(),
    z.object({ handler: z.string(), vpc: z.string().optional(), timeout: z.number().optional() }),
  ),
});

const service = Service.parse(parse(readFileSync(join(ROOT, 'serverless.yml'), 'utf8')));
const { target, exclude } = service.custom.esbuild;
const functions = Object.entries(service.functions);

/** Too heavy for a cold start, or the framework that these functions replace. */
const UNWANTED = /node_modules\/(?:express|express-session|passport|connect-mongo|pino|zod|undici|@aws-sdk)\//;

describe.each(functions)('function %s', (_name, { handler, vpc }) => {
  const file = handler.replace(/\.[^.]+$/, '.ts');
  let inputs: readonly string[];

  beforeAll(async () => {
    const { metafile } = await build({
      entryPoints: [join(ROOT, file)],
      absWorkingDir: ROOT,
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      target,
      external: exclude,
    });
    inputs = Object.keys(metafile.inputs);
  });

  it('has a handler that the Node.js 24 runtime takes: at most two parameters', () => {
    const module = jest.requireActual<object>(join(ROOT, file));
    const exported: unknown = 'handler' in module ? module.handler : undefined;
    if (typeof exported !== 'function') throw new Error(`${file} exports no handler`);
    expect(exported.length).toBeLessThanOrEqual(2);
  });

  it('holds neither Express nor anything else too heavy', () => {
    expect(inputs.filter((input) => UNWANTED.test(input))).toEqual([]);
  });

  it('imports nothing of the monolith and the proxy', () => {
    expect(inputs.filter((input) => /^(?:legacy|proxy|test)\//.test(input))).toEqual([]);
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
