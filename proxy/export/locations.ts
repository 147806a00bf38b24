import { isIP } from 'node:net';
import { partsOf } from '../forward/for-api-gateway';
import { FORWARDING_HEADERS } from '../http1/hop-by-hop';
import type { NginxSettings, TlsFiles } from './settings';

/** Connections are kept for less long than a Node server does (5 s), so that none is used while it is closed. */
export function upstream(name: string, url: URL): string {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return [
    `upstream ${name} {`,
    `  server ${url.hostname}:${port} max_fails=0;`,
    '  keepalive 64;',
    '  keepalive_timeout 4s;',
    '}',
  ].join('\n');
}

/** As the proxy asks legacy: everything as it came, streamed, upgrades too. What stands here is inherited, unless a location has headers of its own. */
export function legacyLocations({ trustedHops, legacy, legacyTls, banyan }: NginxSettings): string[] {
  const to = (name: string, url: URL, files: TlsFiles): string[] => [
    ...tls(url, files),
    `proxy_pass ${url.protocol}//banyan_${name}$request_uri;`,
  ];
  return [
    ...[
      'proxy_buffering off;',
      'proxy_request_buffering off;',
      'proxy_read_timeout 3600s;',
      'proxy_send_timeout 3600s;',
      header('Host', '$http_host'),
      header('Upgrade', '$http_upgrade'),
      header('Connection', '$banyan_connection'),
      ...clientHeaders(trustedHops),
      ...OWN_HEADERS.map((own) => header(own, '')),
    ].map((line) => `  ${line}`),
    location('= /legacy', to('legacy', legacy, legacyTls)),
    location('@legacy', to('legacy', legacy, legacyTls)),
    location('= /banyan', to('proxy', banyan, {})),
  ];
}

export interface Answering {
  /** Until the answer begins, in ms. */
  readonly timeout: number;
  /** Statuses on which legacy answers instead. */
  readonly instead: readonly number[];
}

/** As the proxy asks API Gateway, and makes its answer fit for the client (forward/for-api-gateway.ts); one for each way of answering. */
export function lambdaLocations(ways: readonly Answering[], settings: NginxSettings): string[] {
  if (ways.length === 0) return [];
  const { lambda, lambdaTls, trustedHops, resolver } = settings;
  const { origin, prefix } = partsOf(lambda);
  const isName = isIP(lambda.hostname.replace(/^\[|\]$/g, '')) === 0;
  const headers: Readonly<Record<string, string>> = {
    ...Object.fromEntries([...OWN_HEADERS, ...NOT_TO_AWS].map((name) => [name, ''])),
    Host: lambda.host,
    Connection: '',
    Cookie: '$http_cookie',
    ...(trustedHops > 0 && { 'X-Forwarded-Host': '$banyan_forwarded_host' }),
    'X-Banyan-Forwarded-Proto': trustedHops === 0 ? '$scheme' : '$banyan_forwarded_proto',
  };
  const shared = [
    ...(isName ? [`resolver ${resolver} valid=10s;`] : []),
    ...tls(lambda, lambdaTls),
    'proxy_buffering on;',
    'proxy_request_buffering on;',
    'proxy_connect_timeout 10s;',
    'proxy_next_upstream off;',
    // HEAD is asked as GET (trap 1); nginx sends no body to a client that asked for none.
    'proxy_method $banyan_method;',
    ...clientHeaders(trustedHops),
    ...Object.entries(headers).map(([name, value]) => header(name, value)),
    ...[...ADDED_BY_AWS, 'Content-Type'].map((name) => `proxy_hide_header ${name};`),
    'add_header Content-Type $banyan_content_type always;',
    'add_header WWW-Authenticate $upstream_http_x_amzn_remapped_www_authenticate always;',
    `proxy_redirect ${origin}${prefix}/ /;`,
    ...(prefix === '' ? [] : [`proxy_redirect ${prefix}/ /;`]),
  ];
  const answering = ({ timeout, instead }: Answering): string[] => [
    `proxy_read_timeout ${Math.ceil(timeout / 1000)}s;`,
    ...(instead.length === 0 ? [] : ['proxy_intercept_errors on;', `error_page ${instead.join(' ')} = @legacy;`]),
    `proxy_pass ${origin}$banyan_path$banyan_query;`,
  ];
  const nested = ways.map((way, index) => location(`= /lambda_${index + 1}`, answering(way)).replace(/^/gm, '  '));
  return [['  location /lambda_ {', ...shared.map((line) => `    ${line}`), ...nested, '  }'].join('\n')];
}

/** Said by the proxy alone; from a client they are nothing. */
const OWN_HEADERS = ['X-Banyan-Forwarded-Proto', 'X-Banyan-Shadow', 'X-Banyan-Force'];

/** nginx removes headers by their whole names; these are hop-by-hop, or API Gateway is documented to read them. */
const NOT_TO_AWS = [
  ...['X-HTTP-Method-Override', 'X-Apigw-Api-Id', 'X-Amzn-Trace-Id', 'X-Amz-Date', 'X-Amz-Security-Token'],
  ...['X-Amz-Content-Sha256', 'X-Amzn-Vpce-Config', 'X-Amzn-Vpc-Id', 'X-Amzn-Vpce-Id', 'X-Amz-Invocation-Type'],
  ...['TE', 'Keep-Alive', 'Upgrade', 'Proxy-Authorization', 'Proxy-Connection'],
];

const ADDED_BY_AWS = [
  ...['X-Amzn-RequestId', 'X-Amz-Apigw-Id', 'X-Amzn-Trace-Id', 'X-Amzn-ErrorType', 'X-Amz-Cf-Id', 'X-Amz-Cf-Pop'],
  ...['Via', 'X-Cache', 'X-Banyan-Cold-Start', 'X-Amzn-Remapped-WWW-Authenticate', 'X-Amzn-Remapped-Date'],
  ...['Connection', 'Content-Length', 'Server', 'Transfer-Encoding', 'Host', 'User-Agent'].map(
    (name) => `X-Amzn-Remapped-${name}`,
  ),
];

/** At the edge nothing that a client claims about itself is believed; behind a load balancer its headers go on as they came. */
function clientHeaders(trustedHops: number): string[] {
  if (trustedHops > 0) return [];
  const said: Readonly<Record<string, string>> = {
    'x-forwarded-for': '$remote_addr',
    'x-forwarded-proto': '$scheme',
    'x-forwarded-host': '$http_host',
  };
  return [...FORWARDING_HEADERS].map((name) => header(name, said[name] ?? ''));
}

/** Verified, as by the proxy: against the system's authorities (where Debian has them) or the file that is named. */
function tls({ protocol, hostname }: URL, { ca, cert, key, serverName }: TlsFiles): string[] {
  if (protocol !== 'https:') return [];
  return [
    'proxy_ssl_server_name on;',
    `proxy_ssl_name ${serverName ?? hostname};`,
    'proxy_ssl_verify on;',
    'proxy_ssl_verify_depth 3;',
    `proxy_ssl_trusted_certificate ${ca ?? '/etc/ssl/certs/ca-certificates.crt'};`,
    ...(cert === undefined ? [] : [`proxy_ssl_certificate ${cert};`]),
    ...(key === undefined ? [] : [`proxy_ssl_certificate_key ${key};`]),
  ];
}

const header = (name: string, value: string): string =>
  `proxy_set_header ${name} ${value === '' || value.includes(' ') ? `"${value}"` : value};`;

function location(place: string, lines: readonly string[]): string {
  return [`  location ${place} {`, ...lines.map((line) => `    ${line}`), '  }'].join('\n');
}
