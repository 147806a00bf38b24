import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { SlackChannelConfiguration } from 'aws-cdk-lib/aws-chatbot';
import { PipelineNotificationEvents, type Pipeline } from 'aws-cdk-lib/aws-codepipeline';
import { DetailType } from 'aws-cdk-lib/aws-codestarnotifications';
import { Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import { AccountPrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { acknowledge } from '../nag/acknowledge';
import { IMAGES } from '../proxy/proxy-stack';
import { STAGES } from '../stages';
import { PullRequestPipeline } from './pull-request-pipeline';
import type { ServiceDefinition } from './service-definition';
import { ServicePipeline } from './service-pipeline';

/** The team's chat: ids of a workspace and a channel that a person has authorised once in the console. */
export interface Chat {
  readonly workspaceId: string;
  readonly channelId: string;
}

interface PipelinesStackProps extends StackProps {
  readonly services: readonly ServiceDefinition[];
  readonly chat: Chat;
}

/** All pipelines, in the tools account: one for each service, one for pull requests; and who is notified of failures. */
export class PipelinesStack extends Stack {
  constructor(scope: Construct, id: string, { services, chat, ...props }: PipelinesStackProps) {
    super(scope, id, props);
    const artefacts = this.artefacts('Artefacts');
    const images = this.images();
    const approvals = new Topic(this, 'Approvals', { topicName: 'banyan-approvals', enforceSSL: true });
    const failures = new Topic(this, 'Failures', { topicName: 'banyan-pipeline-failures', enforceSSL: true });
    const channel = new SlackChannelConfiguration(this, 'Chat', {
      slackChannelConfigurationName: 'banyan-pipelines',
      slackWorkspaceId: chat.workspaceId,
      slackChannelId: chat.channelId,
      notificationTopics: [approvals],
    });

    const notify = (pipeline: Pipeline, id: string, events: PipelineNotificationEvents[]): void => {
      pipeline.notifyOn(id, failures, { detailType: DetailType.FULL, events }).addTarget(channel);
    };
    for (const service of services) {
      const { pipeline, rollBacks } = new ServicePipeline(this, service.serviceName, {
        service,
        artefacts,
        images,
        approvals,
      });
      notify(pipeline, 'Failed', [
        PipelineNotificationEvents.PIPELINE_EXECUTION_FAILED,
        PipelineNotificationEvents.MANUAL_APPROVAL_NEEDED,
        PipelineNotificationEvents.MANUAL_APPROVAL_FAILED,
      ]);
      for (const rollBack of rollBacks)
        notify(rollBack.pipeline, 'RollsBack', [
          PipelineNotificationEvents.PIPELINE_EXECUTION_STARTED,
          PipelineNotificationEvents.PIPELINE_EXECUTION_FAILED,
          PipelineNotificationEvents.PIPELINE_EXECUTION_SUCCEEDED,
        ]);
    }
    const [first] = services;
    if (first !== undefined)
      new PullRequestPipeline(this, 'pull-requests', {
        repository: first.repository,
        artefacts: this.artefacts('PullRequestArtefacts'),
      });
    new CfnOutput(this, 'ApprovalsTopic', { value: approvals.topicArn });
    new CfnOutput(this, 'FailuresTopic', { value: failures.topicArn });
  }

  private artefacts(id: string): Bucket {
    const bucket = new Bucket(this, id, {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      removalPolicy: RemovalPolicy.RETAIN,
      // A stage rolls back to the package that passed last, however long ago.
      lifecycleRules: [
        { id: 'old-artefacts', expiration: Duration.days(365), noncurrentVersionExpiration: Duration.days(30) },
      ],
    });
    acknowledge(
      bucket,
      'AwsSolutions-S1',
      'Pipelines and their builds alone read it; CodePipeline keeps its own history of who did.',
    );
    return bucket;
  }

  private images(): Repository {
    const images = new Repository(this, 'Images', {
      repositoryName: IMAGES,
      imageTagMutability: TagMutability.IMMUTABLE,
      imageScanOnPush: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [{ maxImageCount: 100 }],
    });
    for (const { account, proxy } of STAGES) if (proxy !== undefined) images.grantPull(new AccountPrincipal(account));
    return images;
  }
}
