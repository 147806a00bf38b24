import type { ScopeName } from './scopes';

/** Actions on the resources of a scope. If a scope cannot be narrowed to the service's names, its `why` says so (scopes.ts). */
export interface Grant {
  readonly actions: readonly string[];
  readonly on: ScopeName;
  /** `bounded`: only roles with the stage's permissions boundary. `passedTo`: only to these services. */
  readonly only?: 'bounded' | { readonly passedTo: readonly string[] };
}

/** What CloudFormation may call for one resource type according to its registry schema, and which of it is not granted here. */
export interface ResourceRow {
  readonly type: string;
  /**
   * The source: the type's registry schema in eu-west-1 on 2026-10-20. It is `cfnlint/data/schemas/resources/<schema>.json` of cfn-lint 1.58.0, which
   * publishes the output of `aws cloudformation describe-type`.
   */
  readonly schema: string;
  readonly grants: readonly Grant[];
  /** What of `handlers.*.permissions` this service's templates never need, and why. */
  readonly leftOut: readonly { readonly actions: readonly string[]; readonly why: string }[];
}
