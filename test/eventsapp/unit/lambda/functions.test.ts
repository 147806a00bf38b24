import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { build } from 'esbuild';
import { parse } from 'yaml';
import { z } from 'zod';
import { deployedBundling } from '../../support/bundle';

const ROOT = join(__dirname, '../../../..');

/** The part of serverless.yml that says what is bundled. */
const Service = z.object({
  provider: z.object({ timeout: z.number() }),
  functions: z.record(
    z.string(),
    z.object({
      handler: z.string(),
      vpc: z.string().optional(),
      timeout: z.number().optional(),
      lifted: z.unknown().optional(),
    }),
  ),
});

const service = Service.parse(parse(readFileSync(join(ROOT, 'serverless.yml'), 'utf8')));
const functions = Object.entries(service.functions);

/** Too heavy for a cold start, or what the authorizer replaces. */
const UNWANTED = /node_modules\/(?:express|express-session|passport|connect-mongo|pino|zod|undici|@aws-sdk)\//;
const SERVERLESS_EXPRESS = /node_modules\/@vendia\/serverless-express\//;

describe.each(functions)('function %s', (_name, { handler, vpc, lifted }) => {
  const file = handler.replace(/\.[^.]+$/, '.ts');
  const isLifted = lifted !== undefined;
  let inputs: readonly string[];

  beforeAll(async () => {
    const { metafile } = await build({
      ...deployedBundling(),
      entryPoints: [file],
      write: false,
      metafile: true,
    });
    // What the bundler read and left out is in no zip.
    const kept = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
    inputs = kept.flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? [input] : []));
  });

  it('holds nothing too heavy, no Express, and what stands in front of it exactly if it is lifted', () => {
    expect(inputs.filter((input) => UNWANTED.test(input))).toEqual([]);
    expect(inputs.some((input) => SERVERLESS_EXPRESS.test(input))).toBe(isLifted);
  });

  it('imports nothing of the proxy and of the monolith: a lifted one finds it next to itself', () => {
    expect(inputs.filter((input) => /^(?:proxy|test|legacy)\//.test(input))).toEqual([]);
  });

  it('is in the VPC exactly if it connects to MongoDB, and only then holds the driver', () => {
    expect(vpc !== undefined).toBe(isLifted || inputs.includes('lambda/mongo.ts'));
    const holdsDriver = inputs.some((input) => input.startsWith('node_modules/mongodb/'));
    expect(holdsDriver).toBe(vpc !== undefined && !isLifted);
  });
});

describe('serverless.yml', () => {
  it('gives the authorizer and a function together less than the 29 s of API Gateway', () => {
    expect(service.functions['authorizer']?.timeout).toBe(10);
  });

  it('gives what is called inside the VPC less time than its callers have, so that they can say what happened', () => {
    const timeoutOf = (name: string): number => service.functions[name]?.timeout ?? service.provider.timeout;
    for (const [caller, inside] of [
      ['create-report', 'db-create-report'],
      ['process-report-job', 'db-store-report'],
      ['run-daily-report', 'db-get-report-results'],
      ['run-daily-report', 'db-finish-daily-report'],
    ] as const) {
      expect(timeoutOf(inside)).toBeLessThan(timeoutOf(caller));
    }
  });
});
