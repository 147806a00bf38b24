import type { Developer } from '../developers';

/** A command, and the folder of the repository that it runs in. */
export interface Command {
  readonly folder: string;
  readonly words: readonly string[];
}

const HERE = 'lambda/infrastructure';

/** The commands that deploy or remove a developer's stage, in order. */
export function stagePlan(action: 'deploy' | 'remove', { name }: Developer): readonly Command[] {
  const stage = `dev-${name}`;
  const network = `banyan-network-${stage}`;
  if (action === 'deploy')
    return [
      {
        folder: HERE,
        words: [
          'npx',
          'cdk',
          'deploy',
          `banyan-account-${name}`,
          network,
          '--exclusively',
          '--require-approval',
          'never',
        ],
      },
      { folder: '.', words: ['npm', 'run', 'banyan', '--', 'check', '--stage', stage] },
      { folder: '.', words: ['npm', 'run', 'deploy', '--', '--stage', stage] },
    ];
  return [
    { folder: '.', words: ['npm', 'run', 'deploy', '--', '--stage', stage, '--remove'] },
    { folder: HERE, words: ['npx', 'cdk', 'destroy', network, '--exclusively', '--force'] },
  ];
}
