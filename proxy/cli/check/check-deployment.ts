import { findProject } from '../../../shared/config/load';
import { connectAws } from '../../../shared/deployment/check-stage/aws';
import { checkStage } from '../../../shared/deployment/check-stage/check-stage';
import { counted } from '../../statistics/counted';
import { EXIT, type CommandResult } from '../exit-codes';

interface DeploymentParts {
  readonly stage: string;
  readonly configFile?: string | undefined;
  readonly serverlessFile?: string | undefined;
}

/** Asks AWS whether a stage can be deployed. Exit code 1: missing or wrong, 2: not checked. Throws BanyanError or ConfigError. */
export async function checkDeployment({
  stage,
  configFile,
  serverlessFile: given,
}: DeploymentParts): Promise<CommandResult> {
  const serverlessFile = given ?? findProject(process.cwd(), configFile).places.serverless.path;
  const { text, faults, unchecked } = await checkStage(serverlessFile, stage, await connectAws());
  const verdict = [
    ...(faults.length > 0 ? [`${counted(faults.length, 'fault')}: do not deploy.`] : []),
    ...(unchecked.length > 0 ? [`${counted(unchecked.length, 'check')} could not be made.`] : []),
  ];
  const { fine, findings, impossible } = EXIT;
  return {
    exitCode: faults.length > 0 ? findings : unchecked.length > 0 ? impossible : fine,
    text: `${text}\n\n${verdict.join('\n') || `Everything that stage ${stage} needs is in place.`}\n`,
    json: { stage, faults, unchecked },
  };
}
