import type { StageLookup } from '../package/stage-lookups';
import { ask, type AwsOf } from './aws';
import type { Findings } from './findings';

/** Values of the parameters and stack outputs that a stage file names, by expression, as far as they were found. */
export async function lookUp(
  lookups: readonly StageLookup[],
  stageRegion: string,
  aws: AwsOf,
  findings: Findings,
): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  for (const lookup of lookups) {
    const region = lookup.region ?? stageRegion;
    const value =
      lookup.kind === 'parameter'
        ? () => parameter(lookup.name, region, aws, findings)
        : () => stackOutput(lookup.stack, lookup.output, region, aws, findings);
    await findings.check(lookup.expression, async () => {
      const found = await value();
      if (found === undefined) return;
      values.set(lookup.expression, found);
      findings.ok(`${lookup.expression} is ${found}`);
    });
  }
  return values;
}

async function parameter(name: string, region: string, aws: AwsOf, findings: Findings): Promise<string | undefined> {
  const answer = await ask(
    'ssm:GetParameter',
    ({ name: error }) => error === 'ParameterNotFound' || error === 'ParameterVersionNotFound',
    () => aws(region).ssm.getParameter({ Name: name }),
  );
  const value = answer?.Parameter?.Value;
  if (value === undefined) findings.fault(`Parameter Store has no parameter ${name} in ${region}`);
  // Without decryption this would be the cipher text, and the template may hold no secret anyway.
  else if (answer?.Parameter?.Type === 'SecureString') {
    findings.fault(`parameter ${name} is a SecureString; it must be a String that names a secret, not hold one`);
    return undefined;
  }
  return value;
}

async function stackOutput(
  stack: string,
  output: string,
  region: string,
  aws: AwsOf,
  findings: Findings,
): Promise<string | undefined> {
  const answer = await ask(
    'cloudformation:DescribeStacks',
    ({ name, message }) => name === 'ValidationError' && message.includes('does not exist'),
    () => aws(region).cloudFormation.describeStacks({ StackName: stack }),
  );
  const outputs = answer?.Stacks?.[0]?.Outputs ?? [];
  const value = outputs.find(({ OutputKey }) => OutputKey === output)?.OutputValue;
  if (answer === undefined) findings.fault(`there is no stack ${stack} in ${region}, so no output ${output}`);
  else if (value === undefined) {
    const names = outputs.map(({ OutputKey }) => OutputKey).join(', ');
    findings.fault(`stack ${stack} has no output ${output}; it has ${names || 'none'}`);
  }
  return value;
}
