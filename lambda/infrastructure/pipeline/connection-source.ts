import type { ActionBindOptions, ActionConfig, Artifact, IStage } from 'aws-cdk-lib/aws-codepipeline';
import { CodeStarConnectionsSourceAction } from 'aws-cdk-lib/aws-codepipeline-actions';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { SourceRepository } from './service-definition';

/** The repository, through its connection. CDK grants use of connections under the service's former name only; these have the new one. */
export class ConnectionSource extends CodeStarConnectionsSourceAction {
  constructor(
    private readonly repository: SourceRepository,
    output: Artifact,
  ) {
    super({
      actionName: 'repository',
      owner: repository.owner,
      repo: repository.name,
      branch: repository.branch,
      connectionArn: repository.connectionArn,
      output,
      // The pipeline's trigger decides.
      triggerOnPush: false,
    });
  }

  protected override bound(scope: Construct, stage: IStage, options: ActionBindOptions): ActionConfig {
    options.role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['codeconnections:UseConnection'],
        resources: [this.repository.connectionArn],
      }),
    );
    return super.bound(scope, stage, options);
  }
}
