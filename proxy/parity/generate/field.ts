import type { JsonSchema } from '../../../shared/parity/case';

export type Shape = 'number' | 'time' | 'email' | 'id' | 'boolean' | 'list' | 'object' | 'text';

/** A place in the requests of a route that takes a value. */
export interface Field {
  readonly part: 'body' | 'query' | 'path' | 'header';
  /** Names on the way to it in a body, `['tags', '0']`; the name in a query or header; name and number of a path's segment. */
  readonly at: readonly string[];
  /** `body tags[0]`. */
  readonly name: string;
  readonly shape: Shape;
  /** Values that known requests have there, those of requests that succeed first. */
  readonly seen: readonly unknown[];
  readonly schema: JsonSchema;
  readonly isOptional: boolean;
  /** Unless the contract names what else this part has, or browsers send it by themselves. */
  readonly isNamed: boolean;
}
