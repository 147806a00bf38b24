/** A repository, and the branch that is released from. */
export interface SourceRepository {
  readonly owner: string;
  readonly name: string;
  readonly branch: string;
  /** Of a connection that a person has authorised once in the console; it holds no token of ours. */
  readonly connectionArn: string;
}

/** One build project: the buildspec of its name in buildspecs/, which calls one command. */
export interface Step {
  readonly buildspec: string;
  /** Minutes. */
  readonly timeout: number;
  /** Whether it builds images, which takes a privileged container. */
  readonly docker: boolean;
}

/**
 * What goes back by itself. `stage`: a failing step has CodePipeline run the stage again with what passed it last. `routes, then stage`: however the
 * last step ends, if not well, routes return to legacy before that.
 */
export type RollsBack = 'nothing' | 'stage' | 'routes, then stage';

/** What happens in one account, in order. */
export interface Deployment {
  /** `tools`, or a stage of stages.ts. */
  readonly target: string;
  readonly steps: readonly Step[];
  /** Whether a person is asked before. */
  readonly approved: boolean;
  readonly rollsBack: RollsBack;
}

/**
 * As whom a service changes things in its targets: by the deployer role of its own, whose rights are derived from its templates, by that of the
 * route table (proxy/routes-stack.ts), or by the roles that `cdk bootstrap` has made.
 */
export type DeploysBy = 'deployer' | 'publisher' | 'cdk';

/**
 * One service that is deployed by itself: all that distinguishes its pipeline from another's. What its deployers may do is derived from what its
 * templates hold (permissions/).
 */
export interface ServiceDefinition {
  readonly serviceName: string;
  readonly repository: SourceRepository;
  readonly deploysBy: DeploysBy;
  /** Globs of files; a push that changes none of them starts nothing. */
  readonly paths: { readonly includes: readonly string[]; readonly excludes: readonly string[] };
  /** Builds, once, what every deployment is given. */
  readonly build: Step;
  readonly deployments: readonly Deployment[];
}
