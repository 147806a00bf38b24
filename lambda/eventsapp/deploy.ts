/** `npm run deploy`: the infrastructure stack, then the API stack, which looks its outputs up. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError } from 'banyan-strangler/lambda';

const HELP = `npm run deploy -- --stage <stage> [--dry-run]: deploys the stacks of a stage to the account of your credentials, one after the other.

  --stage <stage>  one of lambda/eventsapp/stages/
  --dry-run        prints the plan; deploys nothing

The first failure ends it. What was deployed before stays; run it again, and the framework skips what has not changed. Before it:
"npm run banyan -- check --stage <stage>". Exit code 0: all deployed; 1: a stack failed, those after it were not begun; 2: nothing was
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
    'dry-run': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values } = parseArgs({ options });
  if (values.help) return print(HELP);
  const stage = stageOf(values.stage);
  print(`Stage ${stage}:\n`);
  for (const [index, step] of STEPS.entries()) print(`  ${index + 1}. ${step.stack}: ${lineOf(step, stage)}\n`);
  if (values['dry-run']) return print('Nothing was deployed.\n');
  for (const [index, step] of STEPS.entries()) {
    print(`\n${index + 1}. ${step.stack}\n`);
    const { code, signal } = await run(step, stage);
    if (signal !== null || isStopped) return fail(`interrupted while the ${step.stack} stack was deployed`, 130);
    const left = STEPS.slice(index + 1).map((one) => one.stack);
    const rest = left.length === 0 ? '' : `; not begun: ${left.join(', ')}`;
    if (code !== 0) return fail(`the ${step.stack} stack failed (exit code ${code})${rest}`, 1);
  }
  return print(`\nStage ${stage} is deployed.\n`);
}

function stageOf(given: string | undefined): string {
  const stages = readdirSync(path.join(ROOT, 'lambda/eventsapp/stages')).map((file) => path.basename(file, '.yml'));
  if (given !== undefined && stages.includes(given)) return given;
  throw new ConfigError('Arguments', [`--stage must be one of ${stages.join(', ')}, found ${given ?? 'none'}`]);
}

const argumentsFor = (stage: string): readonly string[] => ['deploy', '--stage', stage];
const lineOf = ({ folder }: Step, stage: string): string =>
  `${folder === '.' ? '' : `cd ${folder} && `}serverless ${argumentsFor(stage).join(' ')}`;

let isStopped = false;

/** Ends with the framework, which is given the time to end: a terminal sends it Ctrl-C itself. */
function run(
  { folder }: Step,
  stage: string,
): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
  const child = spawn('serverless', argumentsFor(stage), { cwd: path.join(ROOT, folder), stdio: 'inherit' });
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
