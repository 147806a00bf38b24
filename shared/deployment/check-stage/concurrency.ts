import { LAMBDA_MONGO_OPTIONS } from '../../mongo';
import { ask, type Aws } from './aws';
import type { Findings } from './findings';

/** A function, as far as it takes from what is limited. */
export interface FunctionLimits {
  readonly name: string;
  readonly inVpc: boolean;
  readonly reservedConcurrency: number | undefined;
}

/** Lambda keeps so many for functions that reserve none. */
const UNRESERVED_MINIMUM = 100;

/** Adds up the connections that functions may hold, a pool for each instance; `available`: what MongoDB has left, if the stage says. */
export function checkConnections(
  functions: readonly FunctionLimits[],
  available: number | undefined,
  findings: Findings,
): void {
  const { maxPoolSize } = LAMBDA_MONGO_OPTIONS;
  const inVpc = functions.filter((one) => one.inVpc);
  const width = Math.max(...inVpc.map(({ name }) => name.length));
  let total = 0;
  const unlimited: string[] = [];
  for (const { name, reservedConcurrency } of inVpc) {
    if (reservedConcurrency === undefined) {
      unlimited.push(name);
      continue;
    }
    total += reservedConcurrency * maxPoolSize;
    const product = `${String(reservedConcurrency).padStart(5)} x ${maxPoolSize}`;
    findings.plain(`${name.padEnd(width)}${product} = ${String(reservedConcurrency * maxPoolSize).padStart(5)}`);
  }
  if (unlimited.length > 0) {
    const which =
      unlimited.length === inVpc.length ? `all ${unlimited.length} functions in the VPC` : unlimited.join(', ');
    const text = `without a limit: ${which} (no reservedConcurrency in the stage file)`;
    if (available === undefined) findings.note(`${text}. Only the account's concurrency limits their connections`);
    else findings.fault(`${text}, so mongodbConnections ${available} cannot be kept`);
    return;
  }
  // The driver watches every member of the replica set, by one connection of each instance, in addition to the pool.
  const watching = total / maxPoolSize;
  const sum = `${total} at most, and ${watching} to monitor each member (one for each instance)`;
  if (available === undefined)
    findings.note(`${sum}; set mongodbConnections in the stage file to check this against a budget`);
  else if (total + watching > available) findings.fault(`${sum}: more than the ${available} of mongodbConnections`);
  else findings.ok(`${sum}: within the ${available} of mongodbConnections`);
}

/** Whether the account has as much concurrency as the stage reserves: Lambda would refuse the deployment otherwise. */
export async function checkReservations(
  functions: readonly FunctionLimits[],
  aws: Aws,
  findings: Findings,
): Promise<void> {
  const reserved = functions.reduce((sum, { reservedConcurrency = 0 }) => sum + reservedConcurrency, 0);
  if (reserved === 0) {
    findings.note("nothing is reserved: functions share the account's concurrency");
    return;
  }
  const answer = await ask(
    'lambda:GetAccountSettings',
    () => false,
    () => aws.lambda.getAccountSettings({}),
  );
  const limit = answer?.AccountLimit?.ConcurrentExecutions ?? 0;
  const text = `${reserved} reserved of the account's ${limit}, of which ${UNRESERVED_MINIMUM} must stay free`;
  if (reserved + UNRESERVED_MINIMUM > limit) findings.fault(`${text}: ask AWS for more, or reserve less`);
  else findings.ok(text);
}
