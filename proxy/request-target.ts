/** The request target of RFC 9112 section 3.2 in the parts that the proxy needs, raw. */
export interface RequestTarget {
  /** Path as sent: not decoded, not normalised. Empty when the target is neither origin-form nor absolute-form. */
  readonly pathname: string;
  /** Query without `?`; undefined when there is no `?`. */
  readonly query: string | undefined;
}

const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i;

/** Splits a request target at the first `?`, as Express does (parseurl 1.3). Other forms (`*`, `host:port`, with `#`) have no path here. */
export function parseRequestTarget(target: string): RequestTarget {
  const origin = target.startsWith('/') ? target : absoluteToOriginForm(target);
  if (origin === undefined || origin.includes('#')) return { pathname: '', query: undefined };
  const mark = origin.indexOf('?');
  if (mark < 0) return { pathname: origin, query: undefined };
  return { pathname: origin.slice(0, mark), query: origin.slice(mark + 1) };
}

function absoluteToOriginForm(target: string): string | undefined {
  const authority = ABSOLUTE_FORM.exec(target)?.[0];
  if (authority === undefined) return undefined;
  const rest = target.slice(authority.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}
