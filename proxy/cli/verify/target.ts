import path from 'node:path';
import type { Project } from '../../../shared/config/load';
import { connectAws } from '../../../shared/deployment/check-stage/aws';
import { readStage } from '../../../shared/deployment/check-stage/stage';
import {
  deployedProbe,
  endpointOf,
  localProbe,
  refuseExisting,
  type ProbeService,
} from '../../../shared/deployment/verify/probe-service';
import { runUndisturbed } from '../../../shared/deployment/verify/run-undisturbed';
import { findFramework } from '../../../shared/deployment/package/run-serverless';
import type { Environment } from '../../../shared/env';
import type { StartedSides } from '../../../shared/parity/sides';
import { loadStarter } from '../../parity/environment';

/** Where everything is put, asked and removed again. */
export interface VerifyTarget {
  readonly kind: 'local' | 'aws';
  /** The API of the rows. */
  readonly probe: ProbeService;
  /** The project's own API, with its stage. */
  startApp(): Promise<URL>;
  /** Removes the project's own. */
  removeApp(): Promise<void>;
}

/** This machine: the local gateway, and what `parity.system` of banyan.config.ts starts. */
export function localTarget({ places }: Project, env: Environment): VerifyTarget {
  let sides: StartedSides | undefined;
  return {
    kind: 'local',
    probe: localProbe(),
    async startApp() {
      sides = await loadStarter(places.parity.system)({ run: `verify_${process.pid}`, env });
      return new URL(sides.candidate.url);
    },
    async removeApp() {
      await sides?.close();
    },
  };
}

interface AwsTargetOptions {
  readonly project: Project;
  readonly stage: string;
  readonly env: Environment;
  /** Commands of the project; each is given `--stage <stage>`. Default: the framework's own, of serverless.yml. */
  readonly deploy?: string | undefined;
  readonly remove?: string | undefined;
}

/** An account, by the credentials that every tool of AWS finds. Throws BanyanError for a stage that is deployed already, and without credentials. */
export async function awsTarget({ project, stage, env, ...commands }: AwsTargetOptions): Promise<VerifyTarget> {
  const { root, places } = project;
  const serverlessFile = path.resolve(places.serverless.path);
  const { region, service } = readStage(serverlessFile, stage, new Map());
  const aws = await connectAws();
  for (const name of [service, 'banyan-verify']) await refuseExisting(aws, region, `${name}-${stage}`);
  const run = (command: string | undefined, own: 'deploy' | 'remove') => {
    const [program = '', ...args] = command?.trim().split(/\s+/) ?? [
      process.execPath,
      findFramework(path.dirname(serverlessFile)),
      own,
    ];
    const cwd = command === undefined ? path.dirname(serverlessFile) : root;
    const config = command === undefined ? ['--config', path.basename(serverlessFile)] : [];
    return runUndisturbed({ command: program, args: [...args, '--stage', stage, ...config], cwd, env });
  };
  return {
    kind: 'aws',
    probe: deployedProbe({ root: path.dirname(serverlessFile), stage, region, aws, env }),
    async startApp() {
      await run(commands.deploy, 'deploy');
      return endpointOf(aws, region, `${service}-${stage}`);
    },
    removeApp: () => run(commands.remove, 'remove'),
  };
}
