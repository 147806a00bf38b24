import type { BsonDocument, BsonValue } from '../bson/values';
import { isNullish, isNumeric } from '../bson/values';
import { toDouble } from '../bson/numbers';

/** What an expression is evaluated against: `$field` and `$$ROOT` read the root, `$$name` a variable. */
export interface Scope {
  readonly root: BsonValue;
  readonly variables: ReadonlyMap<string, BsonValue | undefined>;
  /** `$$NOW`: one instant for the whole command. */
  readonly now: Date;
}

export type ScopeFactory = (root: BsonDocument) => Scope;

/** A compiled expression; undefined is a missing value. */
export type Expression = (scope: Scope) => BsonValue | undefined;

/** Scopes of one command: no variables, one `$$NOW`. */
export function scopesAt(now: Date): ScopeFactory {
  const variables = new Map<string, BsonValue>();
  return (root) => ({ root, variables, now });
}

/** The same scope with more variables. */
export const withVariables = (scope: Scope, added: Iterable<readonly [string, BsonValue | undefined]>): Scope => ({
  ...scope,
  variables: new Map([...scope.variables, ...added]),
});

/** MongoDB's conversion to boolean (manual: `$toBool`): false, null, missing and zero are false, all else is true. */
export const truthy = (value: BsonValue | undefined): boolean =>
  value !== false && !isNullish(value) && !(isNumeric(value) && toDouble(value) === 0);
