import { readFile } from 'node:fs/promises';

import { findStage, type Stage } from '../../serverless-file/stages';
import { listLookups } from '../package/stage-lookups';
import { NoCredentials, type AwsOf } from './aws';
import { checkConnections, checkReservations } from './concurrency';
import { Findings } from './findings';
import { lookUp } from './look-up';
import { checkNetwork } from './network';
import { checkSecrets } from './secrets';
import { readStage } from './stage';

/** Checks what a stage finds in AWS, changing nothing and reading no secret; what AWS does not say is unchecked. Throws BanyanError or ConfigError. */
export async function checkStage(
  serverlessFile: string,
  wantedStage: string | undefined,
  aws: AwsOf,
): Promise<Findings> {
  const stage = findStage(serverlessFile, wantedStage);
  const findings = new Findings();
  try {
    await check(serverlessFile, stage, aws, findings);
  } catch (error) {
    if (!(error instanceof NoCredentials)) throw error;
    findings.notAsked('everything else', error);
  }
  return findings;
}

async function check(
  serverlessFile: string,
  { name: stage, file }: Stage,
  aws: AwsOf,
  findings: Findings,
): Promise<void> {
  const written = readStage(serverlessFile, stage, new Map());
  const { region } = written;
  findings.title(`What stage ${stage} needs in ${region}`);
  // First what is known without AWS.
  findings.heading('Connections to MongoDB (reserved concurrency x pool of each instance)');
  checkConnections(written.functions, written.mongodbConnections, findings);

  const lookups = listLookups(await readFile(file ?? serverlessFile, 'utf8'));
  if (lookups.length > 0) findings.heading(`What ${file ?? serverlessFile} looks up`);
  const config = readStage(serverlessFile, stage, await lookUp(lookups, region, aws, findings));

  findings.heading('Secrets (custom.secrets)');
  await checkSecrets(config.secrets, aws(region), findings);

  findings.heading('Network');
  await checkNetwork(config.network, aws(region), findings);
  if (config.gatewayAccess === 'open') {
    findings.note('the gateway is public; only the authorizer protects the functions');
  }

  findings.heading('Concurrency');
  await findings.check('concurrency', () => checkReservations(config.functions, aws(region), findings));

  findings.heading('Alarms');
  if (config.alarmActions.length === 0)
    findings.note('go nowhere (no alarmActions); they are visible only in CloudWatch');
  for (const topic of config.alarmActions) {
    if (topic === undefined) findings.skipped('destination');
    else findings.ok(`go to ${topic}`);
  }
}
