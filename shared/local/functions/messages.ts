import type { FunctionDefinition, Invocation } from './function';

/** To a process of functions. */
export type Order =
  | { readonly kind: 'load'; readonly definitions: readonly FunctionDefinition[] }
  /** `event` is JSON. */
  | { readonly kind: 'invoke'; readonly id: number; readonly functionName: string; readonly event: string };

/** From it. */
export type Report =
  /** `files` are those that were loaded, without packages: when one changes, the functions have. */
  | { readonly kind: 'loaded'; readonly faults: readonly LoadFault[]; readonly files: readonly string[] }
  | { readonly kind: 'invoked'; readonly id: number; readonly outcome: Outcome; readonly files: readonly string[] };

export interface LoadFault {
  readonly functionName: string;
  readonly code: string;
  readonly message: string;
}

/** As `invoke` ends: what was returned, or the service's refusal. */
export type Outcome =
  | { readonly invocation: Invocation }
  | { readonly refused: { readonly message: string; readonly code: string; readonly statusCode: number } };
