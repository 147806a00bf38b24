/** Request headers by lower-case name, as Node's `req.headers` would hold them. */
export type RequestHeaders = ReadonlyMap<string, string>;

/** Headers of which Node keeps the first and drops the rest (node:http, `message.headers`). */
const FIRST_WINS = new Set(
  (
    'age authorization content-length content-type etag expires from host if-modified-since if-unmodified-since ' +
    'last-modified location max-forwards proxy-authorization referer retry-after server user-agent'
  ).split(' '),
);

/** Folds repeated request headers as node:http does (`message.headers`); null when API Gateway's console invokes the function. */
export function readHeaders(
  multiValueHeaders: Readonly<Record<string, readonly string[] | undefined>> | null,
): RequestHeaders {
  const headers = new Map<string, string>();
  for (const [name, values = []] of Object.entries(multiValueHeaders ?? {})) {
    for (const value of values) append(headers, name.toLowerCase(), value);
  }
  return headers;
}

function append(headers: Map<string, string>, name: string, value: string): void {
  const earlier = headers.get(name);
  if (earlier === undefined) headers.set(name, value);
  else if (!FIRST_WINS.has(name)) headers.set(name, `${earlier}${name === 'cookie' ? '; ' : ', '}${value}`);
}
