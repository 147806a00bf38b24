import { STAGES, TOOLS } from '../stages';

/** A service in one of its targets, `tools` or a stage. */
export interface Deployer {
  readonly serviceName: string;
  readonly target: string;
}

/** The account and region that a target stands for. @throws Error for a target that stages.ts does not have */
export function accountOf(target: string): { readonly account: string; readonly region: string } {
  const found = target === 'tools' ? TOOLS : STAGES.find(({ name }) => name === target);
  if (found === undefined)
    throw new Error(
      `${target} is no target; expected tools or a stage of stages.ts: ${STAGES.map(({ name }) => name).join(', ')}`,
    );
  return { account: found.account, region: found.region };
}

/**
 * The role in the target's account that changes things there. A deployer may change what is called `<service>-<stage>-...`; its own name is different,
 * so it cannot change itself.
 */
export function deployerRoleName({ serviceName, target }: Deployer): string {
  return `deployer-${serviceName}-${target}`;
}

/** The role in the tools account that the builds run as; only it may assume the deployer role. */
export function buildRoleName(deployer: Deployer): string {
  return `build-${deployer.serviceName}-${deployer.target}`;
}

export function deployerRoleArn(deployer: Deployer): string {
  return `arn:aws:iam::${accountOf(deployer.target).account}:role/${deployerRoleName(deployer)}`;
}

export function buildRoleArn(deployer: Deployer): string {
  return `arn:aws:iam::${TOOLS.account}:role/${buildRoleName(deployer)}`;
}
