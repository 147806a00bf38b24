import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Environment } from 'banyan-strangler/lambda';

/** Answers each subcommand of `aws <service>` from a file, and writes down what it was asked. */
const AWS = `#!${process.execPath}
const { appendFileSync, readFileSync } = require('node:fs');
const [, , , ...args] = process.argv;
appendFileSync(__dirname + '/asked', JSON.stringify(args) + '\\n');
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(__dirname + '/answers', 'utf8'))[args[0]] ?? '').replace('""', ''));
`;

/** A stand-in for the AWS command line, for tests of what asks it. */
export interface FakeAwsCli {
  /** What finds it. */
  readonly env: Environment;
  /** Sets the answers by subcommand, and forgets what was asked. */
  answer(answers: object): void;
  /** Words after the service. */
  asked(): readonly (readonly string[])[];
  remove(): void;
}

export function fakeAwsCli(): FakeAwsCli {
  const folder = mkdtempSync(path.join(tmpdir(), 'banyan-aws-'));
  writeFileSync(path.join(folder, 'aws'), AWS);
  chmodSync(path.join(folder, 'aws'), 0o755);
  return {
    env: { PATH: folder },
    answer(answers) {
      writeFileSync(path.join(folder, 'asked'), '');
      writeFileSync(path.join(folder, 'answers'), JSON.stringify(answers));
    },
    asked() {
      const lines = readFileSync(path.join(folder, 'asked'), 'utf8').trim().split('\n');
      return lines.map((line) => JSON.parse(line) as string[]);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
