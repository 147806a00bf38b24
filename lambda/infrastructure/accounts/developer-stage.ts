import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { DEVELOPERS } from '../developers';
import { stagePlan, type Command } from './stage-plan';
import { stageFileFrom } from './stage-files';

const HELP = `npm run developer-stage -- <deploy|remove> --name <name> [--dry-run]: a developer's own stage, with the credentials of that developer's account.

deploy writes the stage files that are missing, then deploys network, infrastructure and API; remove takes them away in the other order.
Photos and their tables outlive it (DeletionPolicy: Retain). The first failure ends it; run it again to go on.
`;

const ROOT = path.join(__dirname, '../../..');
const FOLDERS = ['lambda/eventsapp/stages', 'lambda/eventsapp/infra/stages'];

async function main(): Promise<number> {
  const options = { name: { type: 'string' }, 'dry-run': { type: 'boolean' }, help: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [action] = positionals;
  const developer = DEVELOPERS.find(({ name }) => name === values.name);
  if (values.help || (action !== 'deploy' && action !== 'remove') || developer === undefined) {
    const names = DEVELOPERS.map(({ name }) => name).join(', ');
    process.stderr.write(`${HELP}\n--name is one of developers.ts: ${names}\n`);
    return values.help ? 0 : 2;
  }
  const plan = stagePlan(action, developer);
  for (const { folder, words } of plan) process.stdout.write(`${folder}: ${words.join(' ')}\n`);
  if (values['dry-run']) return 0;
  if (action === 'deploy') writeStageFiles(`dev-${developer.name}`);
  for (const command of plan) {
    const code = await run(command);
    if (code !== 0) {
      process.stderr.write(`${command.words.join(' ')} failed (exit code ${code}); what follows it was not begun\n`);
      return 1;
    }
  }
  return 0;
}

function writeStageFiles(stage: string): void {
  for (const folder of FOLDERS) {
    const file = path.join(ROOT, folder, `${stage}.yml`);
    if (existsSync(file)) continue;
    writeFileSync(file, stageFileFrom(readFileSync(path.join(ROOT, folder, 'dev.yml'), 'utf8'), stage));
    process.stdout.write(`written: ${path.relative(ROOT, file)}\n`);
  }
}

function run({ folder, words: [program = '', ...args] }: Command): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: path.join(ROOT, folder), stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 130));
  });
}

void main().then((code) => {
  process.exitCode = code;
});
