import { Artifact, ExecutionMode, Pipeline, PipelineType } from 'aws-cdk-lib/aws-codepipeline';
import { CodeBuildAction } from 'aws-cdk-lib/aws-codepipeline-actions';
import { Match, Rule } from 'aws-cdk-lib/aws-events';
import { CodePipeline } from 'aws-cdk-lib/aws-events-targets';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledgeArtefacts } from './acknowledge-artefacts';
import { ConnectionSource } from './connection-source';
import type { SourceRepository } from './service-definition';
import { StepProject } from './step-project';

interface RollBackPipelineProps {
  readonly repository: SourceRepository;
  /** The service whose pipeline has the stage. */
  readonly serviceName: string;
  readonly stage: string;
  /** The action of that stage that decides whether a deployment is good. */
  readonly action: string;
  readonly artefacts: Bucket;
  /** The role of the stage's builds. */
  readonly role: IRole;
  /** Environment of the stage's builds. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Rolls a stage back whenever the action that judges its deployments does not succeed: failed, timed out, stopped or abandoned. A build that is
 * killed can do nothing itself, and CodePipeline's own roll back does not wait for routes; here they go first (buildspecs/roll-back.yml).
 */
export class RollBackPipeline extends Construct {
  readonly pipeline: Pipeline;

  constructor(scope: Construct, id: string, props: RollBackPipelineProps) {
    super(scope, id);
    const { repository, serviceName, stage, action, artefacts, role, variables } = props;
    const name = `${serviceName}-roll-back-${stage}`;
    const source = new Artifact('source');
    const { project } = new StepProject(this, 'roll-back', {
      projectName: name,
      step: { buildspec: 'roll-back', timeout: 15, docker: false },
      role,
      variables: { ...variables, PIPELINE: serviceName },
    });
    this.pipeline = new Pipeline(this, 'Pipeline', {
      pipelineName: name,
      pipelineType: PipelineType.V2,
      executionMode: ExecutionMode.QUEUED,
      artifactBucket: artefacts,
      crossAccountKeys: false,
      stages: [
        { stageName: 'source', actions: [new ConnectionSource(repository, source)] },
        { stageName: 'roll-back', actions: [new CodeBuildAction({ actionName: 'roll-back', project, input: source })] },
      ],
    });
    acknowledgeArtefacts(this.pipeline, artefacts, { grantedByCdk: true });
    new Rule(this, 'NotSucceeded', {
      ruleName: name,
      description: `${action} of ${stage} in ${serviceName} has not succeeded`,
      eventPattern: {
        source: ['aws.codepipeline'],
        detailType: ['CodePipeline Action Execution State Change'],
        detail: {
          pipeline: [serviceName],
          stage: [stage],
          action: [action],
          state: Match.anythingBut('STARTED', 'SUCCEEDED'),
        },
      },
      targets: [new CodePipeline(this.pipeline)],
    });
  }
}
