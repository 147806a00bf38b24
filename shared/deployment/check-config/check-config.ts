import { readFile } from 'node:fs/promises';

import { listLookups } from '../package/stage-lookups';
import { knownStage, stageFile } from '../package/stages';
import type { AwsOf } from './aws';
import { checkConnections, checkReservations } from './concurrency';
import { Findings } from './findings';
import { lookUp } from './look-up';
import { checkNetwork } from './network';
import { checkSecrets } from './secrets';
import { readStage } from './stage';

/**
 * Checks what a deployment of a stage finds in AWS and cannot make itself: what the stage file looks up, secrets, network, room for
 * connections and concurrency. Nothing is changed, and no secret is read.
 *
 * @param write gets each line at once
 * @throws Error when there is no such stage; ConfigError when serverless.yml cannot be read; NoCredentials
 */
export async function checkConfig(
  wantedStage: string | undefined,
  aws: AwsOf,
  write: (line: string) => void,
): Promise<Findings> {
  const stage = await knownStage(wantedStage);
  const findings = new Findings(write);
  const written = readStage(stage, new Map());
  const { region } = written;
  write(`Checking what stage ${stage} needs in ${region}`);
  // First what is known without AWS.
  findings.heading('Connections to MongoDB (reserved concurrency x pool of each instance)');
  checkConnections(written.functions, written.mongodbConnections, findings);

  const lookups = listLookups(await readFile(stageFile(stage), 'utf8'));
  if (lookups.length > 0) findings.heading(`What lambda/eventsapp/stages/${stage}.yml looks up`);
  const config = readStage(stage, await lookUp(lookups, region, aws, findings));

  findings.heading('Secrets (lambda/eventsapp/secrets.yml)');
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
  return findings;
}
