import type { RequestListener } from 'node:http';

/** What of Express 4 and 5 is read here; nothing of it is in their types. */

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- of whatever kind: handlers, error handlers, functions that they call
export type Handler = Function;

export interface Layer extends Match {
  readonly handle: Handler;
  readonly route?: ExpressRoute;
  /** Of a layer in a route; undefined: all. */
  readonly method?: string;
  /** Later Express 5 answers what has matched; before, the layer itself holds that afterwards. */
  match(path: string): boolean | Match;
}

export interface Match {
  /** What of the path was taken. */
  readonly path?: string;
  readonly keys?: readonly (string | { readonly name: string | number })[];
}

export interface ExpressRoute {
  /** As written: text, a regular expression, or a list of them. */
  readonly path: unknown;
  readonly stack: readonly Layer[];
  readonly methods: Readonly<Record<string, boolean>>;
}

export interface Stack {
  readonly stack: readonly Layer[];
  readonly params?: Readonly<Record<string, readonly Handler[]>>;
}

export interface ExpressApp extends Handler, RequestListener {
  /** Of a setting. */
  get(name: string): unknown;
  readonly _router?: Stack;
  readonly router?: Stack;
}
