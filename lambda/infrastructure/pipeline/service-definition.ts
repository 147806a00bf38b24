/** A repository and its release branch. */
export interface SourceRepository {
  readonly owner: string;
  readonly name: string;
  readonly branch: string;
  /** ARN of a connection that a person has authorised once in the console; it holds no token of ours. */
  readonly connectionArn: string;
}

/** One build project: it runs the buildspec of its name in buildspecs/, which calls one command. */
export interface Step {
  readonly buildspec: string;
  /** Minutes. */
  readonly timeout: number;
  /** Whether it builds images, which requires a privileged container. */
  readonly docker: boolean;
}

/**
 * What is rolled back automatically. `stage`: when a step fails, CodePipeline runs the stage again with what passed it last. `routes, then stage`:
 * unless the last step succeeds, routes first return to legacy.
 */
export type RollsBack = 'nothing' | 'stage' | 'routes, then stage';

/** The steps in one account, in order. */
export interface Deployment {
  /** `tools`, or a stage of stages.ts. */
  readonly target: string;
  readonly steps: readonly Step[];
  /** Whether a person must approve first. */
  readonly approved: boolean;
  readonly rollsBack: RollsBack;
}

/**
 * The role with which a service changes things in its targets: its own deployer role, whose permissions are derived from its templates; that of the
 * route table (proxy/routes-stack.ts); or the roles that `cdk bootstrap` created.
 */
export type DeploysBy = 'deployer' | 'publisher' | 'cdk';

/**
 * One service that is deployed on its own: everything that distinguishes its pipeline from another's. What its deployers may do is derived from
 * its templates (permissions/).
 */
export interface ServiceDefinition {
  readonly serviceName: string;
  readonly repository: SourceRepository;
  readonly deploysBy: DeploysBy;
  /** Globs of files; a push that changes none of them does not start the pipeline. */
  readonly paths: { readonly includes: readonly string[]; readonly excludes: readonly string[] };
  /** Builds once what every deployment uses. */
  readonly build: Step;
  readonly deployments: readonly Deployment[];
}
