/** RFC 9110 section 7.6.1 and the historical names: they concern one connection and are never forwarded. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** Who the client is, as reported by proxies; believed only from trusted ones. */
export const FORWARDING_HEADERS: ReadonlySet<string> = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
]);

/** What identifies a client or frames a message: naming it in `Connection` does not strip it (the "hop-by-hop header abuse" attack). */
const NEVER_STRIPPED = ['host', 'content-length', 'cookie', 'authorization', ...FORWARDING_HEADERS];

/** Headers that `Connection` names are hop-by-hop too; undefined for the usual `keep-alive` and `close`. */
export function namedByConnection(value: string | undefined): ReadonlySet<string> | undefined {
  if (value === undefined || value === 'keep-alive' || value === 'close') return undefined;
  const names = new Set(value.split(',').map((name) => name.trim().toLowerCase()));
  for (const name of [...NEVER_STRIPPED, 'keep-alive', 'close', '']) names.delete(name);
  return names.size === 0 ? undefined : names;
}
