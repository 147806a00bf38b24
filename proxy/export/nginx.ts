import { groupBy } from '../../shared/group-by';
import { MAX_BODY_BYTES } from '../choose-target';
import { partsOf } from '../forward/for-api-gateway';
import type { Condition } from '../route-table/schema';
import type { Route } from '../route-table/route';
import type { ExportedRoute } from './decide';
import { lambdaLocations, legacyLocations, upstream, type Answering } from './locations';
import type { NginxSettings } from './settings';
import { above, conditionPattern, cookiePattern, gatewayPath, literal, oddTargets, requestPattern } from './patterns';

/** Statuses by which legacy answers a safe request instead: API Gateway has refused it or failed, or its authorizer does not know the session. */
const REFUSED = [403, 413, 414, 429, 431];

/**
 * The `http` part of an nginx configuration (1.18 or later, with PCRE2 or PCRE) that sends requests where the proxy would: the same routes on the
 * raw path, first listed wins, with the same requests kept on legacy. Deterministic. Pure.
 */
export function nginxConfig(exported: readonly ExportedRoute[], settings: NginxSettings): string {
  const lambda = exported.flatMap(({ route, to }) => (to === 'lambda' ? [route] : []));
  const groups = [...groupBy(lambda, (route) => JSON.stringify(answering(route, settings)))];
  const { prefix } = partsOf(settings.lambda);
  const odd = oddTargets({
    targetCharacters: settings.room.targetCharacters - prefix.length + 1,
    pathBytes: settings.room.methodPathBytes - 'DELETE'.length + 1,
  });
  return [
    'map_hash_bucket_size 256;',
    'map_hash_max_size 4096;',
    '',
    '# Which route takes a request: the first that matches.',
    map('"$request_method $request_uri"', '$banyan_route', [
      ...exported.filter(isPlain).map(({ route }) => [requestPattern(route), route.id] as const),
    ]),
    map('$banyan_route', '$banyan_path', [
      ...lambda.map((route) => [route.id, `${prefix}${gatewayPath(route)}`] as const),
    ]),
    map('$request_uri', '$banyan_query', [['~^[^?]*(?<banyan_search>\\?.*)$', '$banyan_search']]),
    '',
    '# What Express and API Gateway read differently stays on legacy: paths and queries, ...',
    map('$request_uri', '$banyan_odd_target', [...odd.map((pattern) => [`~*${pattern}`, '1'] as const)]),
    '# ... signatures of AWS, ...',
    map('$http_authorization', '$banyan_odd_authorization', [['~*^\\s*AWS(?:[0-9]|\\s|$)', '1']]),
    '# ... bodies of GET, bodies without a length, empty ones with a coding, other charsets than UTF-8, ...',
    map('"$http_content_length|$http_transfer_encoding"', '$banyan_body', [
      ['~^0?\\|$', ''],
      ['default', '1'],
    ]),
    map('"$request_method|$banyan_body|$http_transfer_encoding"', '$banyan_odd_body', [
      ['~^(?:GET|HEAD)\\|1', '1'],
      ['~\\|[^|]+$', '1'],
    ]),
    map('"$http_content_length|$http_content_encoding|$http_content_type"', '$banyan_odd_empty_body', [
      ['~*^0\\|(?:[^|]|\\|.*charset)', '1'],
    ]),
    map('"$banyan_body|$http_content_type"', '$banyan_odd_charset', [
      ['~*^1\\|(?:;[ \\t]*charset[ \\t]*=[ \\t]*(?:utf-8|"utf-8")[ \\t]*(?=;|$)|(?!charset).)*$', ''],
      ['~*^1\\|', '1'],
    ]),
    '# ... bodies of anonymous clients where a session is required, ...',
    map('$http_cookie', '$banyan_cookie', [
      [`~${cookiePattern(settings.sessionCookie, '[ \\t]*"?s(?::|%3[aA])')}`, '1'],
    ]),
    map('$http_authorization', '$banyan_token', [
      ['~*^\\s*bearer +s(?::|%3a)[^\\s]*\\s*$', '1'],
      ['~.', ''],
      ['default', '$banyan_cookie'],
    ]),
    map('"$banyan_route|$banyan_body|$banyan_token"', '$banyan_odd_anonymous', [
      ...ofRoutes(
        lambda.filter(({ auth }) => auth === 'required'),
        '1\\|$',
      ),
    ]),
    '# ... bodies above the limit of a route, ...',
    map('"$banyan_route|$http_content_length"', '$banyan_odd_length', [
      ...[...groupBy(lambda, ({ maxBodyBytes }) => Math.min(maxBodyBytes, MAX_BODY_BYTES))].flatMap(([limit, routes]) =>
        ofRoutes(routes, `${above(limit)}$`),
      ),
    ]),
    ...unlessMaps(lambda),
    '',
    '# Who answers.',
    map(
      `"$banyan_route|$banyan_odd_target$banyan_odd_authorization$banyan_odd_body$banyan_odd_empty_body$banyan_odd_charset$banyan_odd_anonymous$banyan_odd_length${unlessVariables(lambda)}"`,
      '$banyan_side',
      [
        ...ofRoutes(
          exported.flatMap(({ route, to }) => (to === 'banyan' ? [route] : [])),
          '',
        ).map(([key]) => [key, 'banyan'] as const),
        ...ofRoutes(
          lambda.filter(({ stage }) => stage !== 'retired'),
          '.',
        ).map(([key]) => [key, 'legacy'] as const),
        ...groups.flatMap(([, routes], index) =>
          ofRoutes(routes, '').map(([key]) => [key, `lambda_${index + 1}`] as const),
        ),
        ['default', 'legacy'],
      ],
    ),
    map('$request_method', '$banyan_method', [
      ['HEAD', 'GET'],
      ['default', '$request_method'],
    ]),
    '# An answer without a body has no type; API Gateway adds one.',
    map('$upstream_status', '$banyan_content_type', [
      ['~(?:204|304)$', ''],
      ['default', '$upstream_http_content_type'],
    ]),
    '# Behind a load balancer: what it has said of the client.',
    map('$http_x_forwarded_host', '$banyan_forwarded_host', [
      ['', '$http_host'],
      ['default', '$http_x_forwarded_host'],
    ]),
    map('$http_x_forwarded_proto', '$banyan_forwarded_proto', [
      ['', 'http'],
      ['default', '$http_x_forwarded_proto'],
    ]),
    map('$http_upgrade', '$banyan_connection', [
      ['~.', 'upgrade'],
      ['default', ''],
    ]),
    '',
    upstream('banyan_legacy', settings.legacy),
    upstream('banyan_proxy', settings.banyan),
    '',
    'server {',
    `  listen ${settings.listen};`,
    ...SERVER.map((line) => `  ${line}`),
    '',
    ...legacyLocations(settings),
    ...lambdaLocations(
      groups.flatMap(([, routes]) => routes.slice(0, 1).map((route) => answering(route, settings))),
      settings,
    ),
    '}',
    '',
  ].join('\n');
}

/** Requests reach each side as they came. A side has a place of its own, which no client can name, because every URI is rewritten. */
const SERVER = [
  'server_tokens off;',
  'merge_slashes off;',
  'underscores_in_headers on;',
  'ignore_invalid_headers off;',
  'large_client_header_buffers 8 16k;',
  'client_max_body_size 0;',
  'keepalive_timeout 75s;',
  'proxy_http_version 1.1;',
  'proxy_pass_header Server;',
  'proxy_pass_header Date;',
  '# What an app answers is for its client, not for nginx.',
  'proxy_ignore_headers X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset;',
  ...['Redirect', 'Expires', 'Limit-Rate', 'Buffering', 'Charset'].map((name) => `proxy_pass_header X-Accel-${name};`),
  'rewrite ^ /$banyan_side last;',
];

function answering(
  { isSafe, auth, timeout, fallbackStatuses, stage }: Route,
  { lambdaTimeout }: NginxSettings,
): Answering {
  const hasInstead = isSafe && stage !== 'retired' && fallbackStatuses !== undefined;
  const instead = hasInstead ? [...fallbackStatuses, ...REFUSED, ...(auth === 'none' ? [] : [401])] : [];
  return { timeout: timeout ?? lambdaTimeout, instead: [...new Set(instead)].sort((a, b) => a - b) };
}

const isPlain = ({ route }: ExportedRoute): boolean => route.segments !== undefined;

type Lines = readonly (readonly [key: string, value: string])[];

function map(source: string, target: string, lines: Lines): string {
  return [`map ${source} ${target} {`, ...lines.map(([key, value]) => `  ${quoted(key)} ${quoted(value)};`), '}'].join(
    '\n',
  );
}

/** A string of nginx's configuration. */
function quoted(text: string): string {
  return text === 'default' ? text : `"${text.replaceAll('"', '\\"')}"`;
}

/** One line for all these routes: `<id>|` and what follows. */
function ofRoutes(routes: readonly Route[], rest: string): Lines {
  return routes.length === 0 ? [] : [[`~*^(?:${routes.map(({ id }) => literal(id)).join('|')})\\|${rest}`, '1']];
}

function conditionsOf(
  routes: readonly Route[],
): readonly { readonly condition: Condition; readonly routes: Route[] }[] {
  const keys = new Map<string, { condition: Condition; routes: Route[] }>();
  for (const route of routes)
    for (const condition of route.unless) {
      const key = JSON.stringify(condition);
      const known = keys.get(key) ?? { condition, routes: [] };
      keys.set(key, { condition, routes: [...known.routes, route] });
    }
  return [...keys.values()];
}

function unlessMaps(lambda: readonly Route[]): string[] {
  return conditionsOf(lambda).flatMap(({ condition, routes }, index) => {
    const { variable, pattern } = conditionPattern(condition);
    const comment = index === 0 ? ['# ... and what `unless` of a route names.'] : [];
    const line = ofRoutes(routes, pattern);
    return [...comment, map(`"$banyan_route|${variable}"`, `$banyan_unless_${index + 1}`, line)];
  });
}

function unlessVariables(lambda: readonly Route[]): string {
  return conditionsOf(lambda)
    .map((_, index) => `$banyan_unless_${index + 1}`)
    .join('');
}
