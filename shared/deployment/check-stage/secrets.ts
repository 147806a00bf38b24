import { ask, type Aws } from './aws';
import type { Findings } from './findings';

/** An entry of `custom.secrets` in serverless.yml, resolved. */
export interface Secret {
  readonly variable: string;
  readonly what: string;
  readonly store: string;
  /** Undefined when it is looked up, and that failed. */
  readonly name: string | undefined;
}

/** Whether each secret is in its store and has a value. The values themselves are not read. */
export async function checkSecrets(secrets: readonly Secret[], aws: Aws, findings: Findings): Promise<void> {
  for (const { variable, what, store, name } of secrets) {
    await findings.check(variable, async () => {
      if (name === undefined) {
        findings.skipped(`${variable}: its name in ${store}`);
        return;
      }
      const fault = await faultOf(store, name, aws);
      if (fault === undefined) findings.ok(`${variable} is ${name} in ${store}`);
      else findings.fault(`${variable}: ${fault} (${what})`);
    });
  }
}

async function faultOf(store: string, name: string, aws: Aws): Promise<string | undefined> {
  switch (store) {
    case 'secretsmanager':
      return secretFault(name, aws);
    case 'ssm':
      return parameterFault(name, aws);
    default:
      return `there is no store ${JSON.stringify(store)}; expected secretsmanager or ssm`;
  }
}

async function secretFault(name: string, { secretsManager }: Aws): Promise<string | undefined> {
  const secret = await ask(
    'secretsmanager:DescribeSecret',
    (error) => error.name === 'ResourceNotFoundException',
    () => secretsManager.describeSecret({ SecretId: name }),
  );
  if (secret === undefined) return `Secrets Manager has no secret ${name}; create it`;
  if (secret.DeletedDate !== undefined) return `secret ${name} is marked for deletion; restore it`;
  const stages = Object.values(secret.VersionIdsToStages ?? {}).flat();
  if (!stages.includes('AWSCURRENT')) return `secret ${name} has no value yet; set one`;
  return undefined;
}

async function parameterFault(name: string, { ssm }: Aws): Promise<string | undefined> {
  const answer = await ask(
    'ssm:GetParameter',
    (error) => error.name === 'ParameterNotFound',
    () => ssm.getParameter({ Name: name }),
  );
  if (answer === undefined) return `Parameter Store has no parameter ${name}; create it`;
  return answer.Parameter?.Type === 'SecureString'
    ? undefined
    : `parameter ${name} is a ${answer.Parameter?.Type ?? 'String'}, readable by anyone with ssm:GetParameter; make it a SecureString`;
}
