import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { HeaderList } from './header-list';

/**
 * What a Lambda integration cannot send, and what comes out under another name. `Content-Length` is a passthrough by
 * the document but remapped in responses recorded on AWS.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html (table of headers)
 */
const DROPPED = new Set([
  'expect',
  'host',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
]);
const REMAPPED = new Set([
  ...['authorization', 'connection', 'content-length', 'content-md5', 'date', 'max-forwards', 'server', 'user-agent'],
  ...['www-authenticate', 'x-amzn-requestid'],
]);

/** Drops and renames headers of a function's response. The gateway's own Date, Content-Length and so on come on top. */
export function remapHeaders(headers: HeaderList): HeaderList {
  return headers.flatMap(([name, value]): HeaderList => {
    const key = name.toLowerCase();
    if (DROPPED.has(key)) return [];
    return [[REMAPPED.has(key) ? `x-amzn-Remapped-${name}` : name, value]];
  });
}

/**
 * Unites `multiValueHeaders` and `headers`: all values of the former, then those of the latter that are not already
 * there. Names are compared without case; the first spelling is sent.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html (output
 * format)
 */
export function mergeHeaders(multiple: HeaderList, single: HeaderList): HeaderList {
  const groups = new Map<string, { readonly name: string; readonly values: string[] }>();
  for (const [name, value] of multiple) {
    const group = groups.get(name.toLowerCase()) ?? { name, values: [] };
    group.values.push(value);
    groups.set(name.toLowerCase(), group);
  }
  for (const [name, value] of single) {
    const group = groups.get(name.toLowerCase());
    if (!group) groups.set(name.toLowerCase(), { name, values: [value] });
    else if (!group.values.includes(value)) group.values.push(value);
  }
  return [...groups.values()].flatMap(({ name, values }) => values.map((value) => [name, value] as const));
}

/** Whether HTTP can carry the header. What it cannot must not reach the socket. */
export function isSendable(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
