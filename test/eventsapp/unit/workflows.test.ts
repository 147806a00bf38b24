import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = path.join(__dirname, '../../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** They run a part of `npm test` alone. */
const PARTS = ['test:routes', 'test:unit'];

it('every suite of package.json runs on a real MongoDB, alone and as a replica set', () => {
  const Workflow = z.object({
    jobs: z.object({
      suites: z.object({
        strategy: z.object({ matrix: z.object({ topology: z.array(z.string()), suite: z.array(z.string()) }) }),
        steps: z.array(z.object({ run: z.string().optional() })),
      }),
    }),
  });
  const { strategy, steps } = Workflow.parse(parse(read('.github/workflows/real-mongodb.yml'))).jobs.suites;
  const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')));
  const suites = Object.keys(scripts).filter((name) => /^test(?::|$)/.test(name) && !PARTS.includes(name));
  expect(strategy.matrix.suite).toEqual(suites.sort());
  expect(strategy.matrix.topology).toEqual(['standalone', 'replica-set']);
  expect(steps.at(-1)?.run).toBe('node .ci/with-mongod.mjs ${{ matrix.topology }} npm run ${{ matrix.suite }}');
});
