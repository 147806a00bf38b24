import type { Route } from '../../route-table/route';
import { fault, ok, warning, type Finding } from '../finding';
import type { GatewayRoute } from './gateway-routes';

/** Says which listed routes have no function or another `auth` than theirs, and which functions anyone may call. Pure. */
export function checkFunctions(routes: readonly Route[], gateway: readonly GatewayRoute[]): Finding[] {
  const findings = [
    ...routes.flatMap((route) => checkRoute(route, gateway)),
    ...gateway
      .filter((candidate) => candidate.auth === 'none' && !routes.some((route) => serves(candidate, route)))
      .map(({ functionName, method, path }) =>
        warning(
          `function ${functionName}`,
          `${method} ${path} has no authorizer: anyone can call it`,
          `${AUTHORIZERS.required}, unless it is public on the monolith as well`,
        ),
      ),
  ];
  return findings.length > 0 ? findings : [ok('functions', `every listed route has one; ${describeAuths(routes)}`)];
}

const AUTHORIZERS: Readonly<Record<Route['auth'], string>> = {
  required: 'add authorizer: ${self:custom.authorizer}',
  optional: 'use authorizer: ${self:custom.optionalAuthorizer}',
  none: 'remove the authorizer',
};

const describeAuths = (routes: readonly Route[]): string =>
  (['required', 'optional', 'none'] as const)
    .map((auth) => [auth, routes.filter((route) => route.auth === auth).length] as const)
    .filter(([auth, count]) => count > 0 || auth === 'required')
    .map(([auth, count]) => `auth ${auth}: ${count}`)
    .join(', ');

/** Whoever is right, one side lets in whom the other refuses: also a fault while the route is on legacy, because the gateway is public. */
function checkAuth({ id, auth, line }: Route, serving: GatewayRoute): Finding[] {
  if (serving.auth === auth) return [];
  const text = `auth is ${auth} in line ${line} of the route table, but ${serving.auth} by the authorizer of function ${serving.functionName} in line ${serving.line} of serverless.yml`;
  return [fault(`route ${id}`, text, `${AUTHORIZERS[auth]}, or write auth: ${serving.auth}; the monolith decides`)];
}

function checkRoute(route: Route, gateway: readonly GatewayRoute[]): Finding[] {
  const { id, method, path, stage } = route;
  const serving = servingFunction(route, gateway);
  if (serving !== undefined) return checkAuth(route, serving);
  const subject = `route ${id}`;
  const almost = gateway.find((candidate) => serves(candidate, route, { ignoreCase: true }));
  const text =
    almost === undefined
      ? `no function for ${method} ${path} in serverless.yml`
      : `${path} and ${almost.path} of function ${almost.functionName} differ in case, which matters to API Gateway`;
  // On shadow each copy would be a mismatch, on canary some users would fail.
  if (stage !== 'legacy')
    return [
      fault(
        subject,
        `on ${stage}, but ${text}`,
        almost ? 'use the same spelling' : 'add the function, or move the route to legacy',
      ),
    ];
  return [warning(subject, text, almost ? 'use the same spelling' : 'add the function before the route is moved')];
}

/** The event by which API Gateway answers a route. */
export function servingFunction(route: Route, gateway: readonly GatewayRoute[]): GatewayRoute | undefined {
  return gateway.filter((candidate) => serves(candidate, route)).sort(bySpecificity)[0];
}

/** API Gateway prefers literal segments to parameters, these to a greedy one, and a named method to ANY. */
const bySpecificity = (a: GatewayRoute, b: GatewayRoute): number => vagueness(a) - vagueness(b);

const vagueness = ({ method, path }: GatewayRoute): number =>
  (path.includes('+}') ? 1_000 : 0) + (path.split('{').length - 1) * 2 + (method === 'ANY' ? 1 : 0);

/** Whether API Gateway would call this function for the route: `{name}` stands for `:name`, whatever the name. */
function serves({ method, path }: GatewayRoute, route: Route, { ignoreCase = false } = {}): boolean {
  if (method !== 'ANY' && method !== route.method) return false;
  // Such a path cannot be deployed; the route table says so itself.
  if (route.segments === undefined) return false;
  const { segments } = route;
  const deployed = path
    .split('/')
    .slice(1)
    .filter((segment) => segment !== '');
  const greedy = /^\{\w+\+\}$/.test(deployed.at(-1) ?? '');
  if (greedy ? segments.length < deployed.length : segments.length !== deployed.length) return false;
  return deployed.every((text, index) => {
    const segment = segments[index];
    if (greedy && index === deployed.length - 1) return true;
    if (segment === undefined) return false;
    if (/^\{\w+\}$/.test(text)) return segment.kind === 'param';
    if (segment.kind !== 'static') return false;
    return ignoreCase ? segment.text.toLowerCase() === text.toLowerCase() : segment.text === text;
  });
}
