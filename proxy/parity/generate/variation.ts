import type { Random } from './random';

export interface DraftRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly revalidates?: boolean | string;
  readonly cookies?: string;
}

/** One way to vary a request, named by what it does and by the trap that it is about. */
export interface Variation {
  readonly name: string;
  /** What is done to which field; a variation of the request as a whole is its own kind. */
  readonly kind?: string;
  readonly field?: string;
  /** Two variations of one group are not combined. */
  readonly group: 'method' | 'path' | 'query' | 'header' | 'condition' | 'body';
  readonly applies?: (request: DraftRequest) => boolean;
  /** `siblings` are the known requests of the same route. */
  readonly apply: (request: DraftRequest, random: Random, siblings: readonly DraftRequest[]) => DraftRequest;
}

/** Variations that change nothing of most answers: the few that do are found by all of them at once, then by each alone. */
export interface RarelyRead {
  readonly together: Variation;
  readonly alone: readonly Variation[];
}

export const hasBody = ({ body }: DraftRequest): boolean => body !== undefined;

export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const at = target.indexOf('?');
  return at < 0 ? { path: target, query: '' } : { path: target.slice(0, at), query: target.slice(at + 1) };
}

export function withPath(request: DraftRequest, change: (path: string) => string): DraftRequest {
  const { path, query } = splitTarget(request.path);
  return { ...request, path: `${change(path)}${query && `?${query}`}` };
}

export function withQuery(request: DraftRequest, change: (query: string) => string): DraftRequest {
  const { path, query } = splitTarget(request.path);
  const changed = change(query);
  return { ...request, path: `${path}${changed && `?${changed}`}` };
}

export function withHeaders(request: DraftRequest, headers: Readonly<Record<string, string>>): DraftRequest {
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const kept = Object.entries(request.headers).filter(([name]) => !names.has(name.toLowerCase()));
  return { ...request, headers: { ...Object.fromEntries(kept), ...headers } };
}
