import type { ScopeName } from './scopes';

/** Actions on the resources of a scope. Where a scope cannot be narrowed to the service's names, `why` says so (scopes.ts has it). */
export interface Grant {
  readonly actions: readonly string[];
  readonly on: ScopeName;
  /** `bounded`: only roles that have the stage's permissions boundary. Else the services that a role may be passed to. */
  readonly only?: 'bounded' | { readonly passedTo: readonly string[] };
}

/** What CloudFormation may call for one resource type, as its registry schema says, and what of it is not granted here. */
export interface ResourceRow {
  readonly type: string;
  /**
   * Its source, the registry schema of the type in eu-west-1 on 2026-10-20: `cfnlint/data/schemas/resources/<schema>.json` of cfn-lint 1.58.0, which
   * publishes what `aws cloudformation describe-type` answers.
   */
  readonly schema: string;
  readonly grants: readonly Grant[];
  /** Of `handlers.*.permissions`, what this service's templates never need, with the reason. */
  readonly leftOut: readonly { readonly actions: readonly string[]; readonly why: string }[];
}
