import { returnsRoutes } from '../services';
import { STAGES, type Stage } from '../stages';
import type { DeployedService } from './derive';
import { RECORDED, type TemplateName } from './packaged-types';
import type { Names } from './scopes';

/** The service of serverless.yml and of lambda/eventsapp/infra, which one deployer deploys. */
export const SERVICE = 'banyan';

/** Name of the functions' boundary, which is out of the deployer's reach: the names that it may use begin differently. */
export function boundaryName(stage: string): string {
  return `boundary-${SERVICE}-${stage}`;
}

/** The stacks of the service in a stage, and the prefixes of its resources' names. */
export function namesIn({ name, account, region }: Pick<Stage, 'name' | 'account' | 'region'>): Names {
  const stacks = [`${SERVICE}-${name}`, `${SERVICE}-infra-${name}`];
  return { account, region, stage: name, stacks, prefixes: stacks.map((stack) => `${stack}-`) };
}

/** A developer's stage has no boundary: its account is for nothing else, and the organisation's policy applies there (accounts/). */
const DEVELOPER = { name: 'dev', account: '555555555555', region: STAGES[0]?.region ?? 'eu-west-1' };

/**
 * The service in a stage, as input for its deployer's permissions.
 *
 * @param types resource types of its templates, if just packaged; the recorded ones by default
 * @throws Error for an unknown stage
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
