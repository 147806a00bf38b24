import {
  Artifact,
  ExecutionMode,
  GitPullRequestEvent,
  Pipeline,
  PipelineType,
  ProviderType,
} from 'aws-cdk-lib/aws-codepipeline';
import { CodeBuildAction } from 'aws-cdk-lib/aws-codepipeline-actions';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeArtefacts } from './acknowledge-artefacts';
import { buildRole } from './build-role';
import { ConnectionSource } from './connection-source';
import type { SourceRepository } from './service-definition';
import { StepProject } from './step-project';

interface PullRequestPipelineProps {
  readonly repository: SourceRepository;
  /** A bucket of its own: what it runs has not been reviewed and must not reach the packages that are deployed. */
  readonly artefacts: Bucket;
}

/**
 * The shorter pipeline of a pull request: the steps that need no stage, on the same machines and images as the mainline. Its builds may not assume
 * any role, because what they run has not been reviewed yet.
 */
export class PullRequestPipeline extends Construct {
  constructor(scope: Construct, id: string, { repository, artefacts }: PullRequestPipelineProps) {
    super(scope, id);
    const name = 'banyan-pull-requests';
    const source = new Artifact('source');
    const sourceAction = new ConnectionSource(repository, source);
    const { project } = new StepProject(this, 'check', {
      projectName: name,
      step: { buildspec: 'pull-request', timeout: 30, docker: false },
      role: buildRole(this, 'BuildRole', { roleName: `build-${name}`, artefacts, mayAssume: [] }),
      variables: {},
    });
    const pipeline = new Pipeline(this, 'Pipeline', {
      pipelineName: name,
      pipelineType: PipelineType.V2,
      // Pull requests do not wait for one another.
      executionMode: ExecutionMode.PARALLEL,
      artifactBucket: artefacts,
      crossAccountKeys: false,
      triggers: [
        {
          providerType: ProviderType.CODE_STAR_SOURCE_CONNECTION,
          gitConfiguration: {
            sourceAction,
            pullRequestFilter: [
              {
                branchesIncludes: [repository.branch],
                events: [GitPullRequestEvent.OPEN, GitPullRequestEvent.UPDATED],
              },
            ],
          },
        },
      ],
      stages: [
        { stageName: 'source', actions: [sourceAction] },
        { stageName: 'check', actions: [new CodeBuildAction({ actionName: 'check', project, input: source })] },
      ],
    });
    acknowledgeArtefacts(pipeline, artefacts, { grantedByCdk: true });
  }
}
