import type { Route } from '../../route-table/route';
import { fault, ok, warning, type Finding } from '../finding';
import type { GatewayRoute } from './gateway-routes';

/** Says which listed routes have no function, and which functions anybody may call. Pure. */
export function checkFunctions(routes: readonly Route[], gateway: readonly GatewayRoute[]): Finding[] {
  const findings = [
    ...routes.flatMap((route) => checkRoute(route, gateway)),
    ...gateway
      .filter(({ hasAuthorizer }) => !hasAuthorizer)
      .map(({ functionName, method, path }) =>
        warning(
          `function ${functionName}`,
          `${method} ${path} has no authorizer: anybody may call it`,
          'add authorizer: ${self:custom.authorizer}, unless the monolith answers it to everybody as well',
        ),
      ),
  ];
  return findings.length > 0 ? findings : [ok('functions', 'every listed route has one, each behind an authorizer')];
}

function checkRoute(route: Route, gateway: readonly GatewayRoute[]): Finding[] {
  const { id, method, path, stage } = route;
  if (gateway.some((candidate) => serves(candidate, route, true))) return [];
  const subject = `route ${id}`;
  const almost = gateway.find((candidate) => serves(candidate, route, false));
  const text =
    almost === undefined
      ? `no function for ${method} ${path} in serverless.yml`
      : `${path} and ${almost.path} of function ${almost.functionName} differ in case; API Gateway tells them apart`;
  if (stage === 'lambda')
    return [
      fault(
        subject,
        `on lambda, but ${text}`,
        almost ? 'write them alike' : 'add the function, or move the route to legacy',
      ),
    ];
  return [warning(subject, text, almost ? 'write them alike' : 'add the function before the route is moved')];
}

/** Whether API Gateway would call this function for the route: `{name}` stands for `:name`, whatever the name. */
function serves({ method, path }: GatewayRoute, route: Route, caseMatters: boolean): boolean {
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
    return caseMatters ? segment.text === text : segment.text.toLowerCase() === text.toLowerCase();
  });
}
