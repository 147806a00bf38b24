/** `npm run deploy`: the infrastructure stack, then the API stack, which uses what that made; removed in the other order. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError } from 'banyan-strangler/lambda';

const HELP = `npm run deploy -- --stage <stage> [--remove] [--dry-run]: deploys the stacks of a stage to the account of your credentials, one after the other.

  --stage <stage>  one of lambda/eventsapp/stages/
  --remove         removes them, the API first; photos and their tables stay (DeletionPolicy: Retain)
  --dry-run        prints the plan; does nothing else

The first failure ends it. What was deployed before stays; run it again, and the framework skips what has not changed. Before it:
"npm run banyan -- check --stage <stage>". Exit code 0: all done; 1: a stack failed, those after it were not begun; 2: nothing was
begun; 130: interrupted.
`;

const ROOT = path.join(__dirname, '../..');

interface Step {
  readonly stack: string;
  /** From the root of the repository. */
  readonly folder: string;
}

const STEPS: readonly Step[] = [
  { stack: 'infrastructure', folder: 'lambda/eventsapp/infra' },
  { stack: 'API', folder: '.' },
];

async function main(): Promise<number> {
  const options = {
    stage: { type: 'string' },
    remove: { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values } = parseArgs({ options });
  if (values.help) return print(HELP);
  const stage = stageOf(values.stage);
  const action: Action = values.remove ? 'remove' : 'deploy';
  const steps = values.remove ? STEPS.toReversed() : STEPS;
  const done = `${action === 'remove' ? 'remov' : 'deploy'}ed`;
  print(`Stage ${stage}:\n`);
  for (const [index, step] of steps.entries()) print(`  ${index + 1}. ${step.stack}: ${lineOf(step, action, stage)}\n`);
  if (values['dry-run']) return print(`Nothing was ${done}.\n`);
  for (const [index, step] of steps.entries()) {
    print(`\n${index + 1}. ${step.stack}\n`);
    const { code, signal } = await run(step, action, stage);
    if (signal !== null || isStopped) return fail(`interrupted while the ${step.stack} stack was ${done}`, 130);
    const left = steps.slice(index + 1).map((one) => one.stack);
    const rest = left.length === 0 ? '' : `; not begun: ${left.join(', ')}`;
    if (code !== 0) return fail(`the ${step.stack} stack failed (exit code ${code})${rest}`, 1);
  }
  return print(`\nStage ${stage} is ${done}.\n`);
}

function stageOf(given: string | undefined): string {
  const stages = readdirSync(path.join(ROOT, 'lambda/eventsapp/stages')).map((file) => path.basename(file, '.yml'));
  if (given !== undefined && stages.includes(given)) return given;
  throw new ConfigError('Arguments', [`--stage must be one of ${stages.join(', ')}, found ${given ?? 'none'}`]);
}

type Action = 'deploy' | 'remove';
const argumentsFor = (action: Action, stage: string): readonly string[] => [action, '--stage', stage];
const lineOf = ({ folder }: Step, action: Action, stage: string): string =>
  `${folder === '.' ? '' : `cd ${folder} && `}serverless ${argumentsFor(action, stage).join(' ')}`;

let isStopped = false;

/** Ends with the framework, which is given the time to end: a terminal sends it Ctrl-C itself. */
function run(
  { folder }: Step,
  action: Action,
  stage: string,
): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
  const child = spawn('serverless', argumentsFor(action, stage), { cwd: path.join(ROOT, folder), stdio: 'inherit' });
  const forward = (signal: NodeJS.Signals): void => {
    isStopped = true;
    if (signal !== 'SIGINT') child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new ConfigError('Framework', ['serverless cannot be run: is it installed (npm ci)?'], cause)),
    );
    child.once('close', (code, signal) => {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, forward);
      resolve({ code, signal });
    });
  });
}

function print(text: string): 0 {
  process.stdout.write(text);
  return 0;
}

function fail(fault: string, code: number): number {
  process.stderr.write(`deploy: ${fault}\n`);
  return code;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    const faults =
      error instanceof ConfigError ? error.faults : [error instanceof Error ? error.message : String(error)];
    for (const fault of faults) fail(fault, 2);
    process.exitCode = 2;
  },
);
