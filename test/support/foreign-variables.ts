import type { Environment } from '../../shared/env';

/**
 * What a shell may export for something else, and must steer no test: databases, secrets, addresses, ports, accounts. `TEST_MODE`, `API_URL`
 * and `LEGACY_URL` are not among them: test/eventsapp/routes alone reads them, and refuses them when they do not belong together.
 */
const FOREIGN =
  /^(?:AWS_.*|MONGODB_URI|SESSION_SECRET|LAMBDA_URL|ROUTES_FILE|HOST|PORT|[A-Z]+_(?:HOST|PORT|ENDPOINT)|ADMIN_TOKENS|(?:OVERRIDES|KILL_SWITCH)_FILE|REPORT_QUEUE_URL|LOG_LEVEL|(?:LEGACY|LAMBDA)_VERSION|INSTANCE_NAME)$/;

/**
 * What to change in the environment before tests run; undefined removes a variable. Pure.
 *
 * `TEST_MONGODB_URI` is the way to name a MongoDB on purpose: see test-mongo.ts.
 */
export function withoutForeignVariables(env: Environment): Environment {
  const foreign = Object.keys(env).filter((name) => FOREIGN.test(name));
  return Object.fromEntries(foreign.map((name) => [name, undefined]));
}
