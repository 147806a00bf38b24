/** `npm run check-config -- --stage prod`: what must be in AWS before a stage is deployed. */
import { parseArgs } from 'node:util';

import { connectAws } from './aws';
import { checkConfig } from './check-config';

const HELP = `Usage: npm run check-config -- --stage <stage>

Checks what a deployment of a stage needs in AWS and cannot make itself:
  - every \${ssm:} and \${cf:} of lambda/eventsapp/stages/<stage>.yml has a value
  - every secret of lambda/eventsapp/secrets.yml exists in its store, with a value (which is not read)
  - VPC, subnets, security groups and the gateway's VPC endpoint exist and belong together
  - connections to MongoDB (reserved concurrency x pool size) fit what the stage allows
  - the account has the concurrency that the stage reserves
Nothing is changed. Credentials, profile and region are found as by every tool of AWS (AWS_PROFILE and the like).

It needs these permissions: ssm:GetParameter, cloudformation:DescribeStacks, secretsmanager:DescribeSecret,
ec2:DescribeSubnets, ec2:DescribeSecurityGroups, ec2:DescribeVpcs, ec2:DescribeVpcEndpoints, lambda:GetAccountSettings.

Ends with 0 when all is well, 1 when something is missing or wrong, 2 when it could not be found out.
`;

async function main(): Promise<number> {
  // At every start, on Node.js 20.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const { values } = parseArgs({
    options: { stage: { type: 'string', short: 's' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { faults, unchecked } = await checkConfig(values.stage, connectAws(), (line) => console.log(line));
  console.log('');
  if (faults.length > 0) console.log(`${counted(faults.length, 'fault')}: do not deploy.`);
  if (unchecked.length > 0) console.log(`${counted(unchecked.length, 'check')} could not be made.`);
  if (faults.length + unchecked.length === 0) console.log('Everything is in place.');
  return faults.length > 0 ? 1 : unchecked.length > 0 ? 2 : 0;
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

main().then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    console.error('See npm run check-config -- --help');
    process.exitCode = 2;
  },
);
