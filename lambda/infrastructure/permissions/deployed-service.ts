import { returnsRoutes } from '../services';
import { STAGES, type Stage } from '../stages';
import type { DeployedService } from './derive';
import { RECORDED, type TemplateName } from './packaged-types';
import type { Names } from './scopes';

/** The service of serverless.yml and of lambda/eventsapp/infra, which one deployer deploys. */
export const SERVICE = 'banyan';

/** Beyond the reach of the deployer: its own names begin otherwise. */
export function boundaryName(stage: string): string {
  return `boundary-${SERVICE}-${stage}`;
}

/** What the names of the service's resources in a stage begin with. */
export function namesIn({ name, account, region }: Pick<Stage, 'name' | 'account' | 'region'>): Names {
  const stacks = [`${SERVICE}-${name}`, `${SERVICE}-infra-${name}`];
  return { account, region, stage: name, stacks, prefixes: stacks.map((stack) => `${stack}-`) };
}

/** A developer's stage has no boundary of its own: the account is for nothing else, and the organisation's policy holds there (accounts/). */
const DEVELOPER = { name: 'dev', account: '555555555555', region: STAGES[0]?.region ?? 'eu-west-1' };

/**
 * The service in a stage, for what its deployer may do there.
 *
 * @param types of its templates, when they have just been packaged; else as recorded
 * @throws Error for a stage that there is not
 */
export function deployedService(
  stageName: string,
  types: Readonly<Record<TemplateName, readonly string[]>> = RECORDED,
): DeployedService {
  const stage = [...STAGES, DEVELOPER].find(({ name }) => name === stageName);
  if (stage === undefined)
    throw new Error(
      `no stage ${stageName}; expected dev or one of stages.ts: ${STAGES.map(({ name }) => name).join(', ')}`,
    );
  const boundary = `arn:aws:iam::${stage.account}:policy/${boundaryName(stage.name)}`;
  return {
    types: [...types.api, ...types.infra],
    names: namesIn(stage),
    boundary: stage === DEVELOPER ? undefined : boundary,
    returnsRoutes: returnsRoutes(stage.name),
  };
}
