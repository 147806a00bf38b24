import { Duration } from 'aws-cdk-lib';
import {
  BuildSpec,
  Cache,
  ComputeType,
  LinuxArmBuildImage,
  LocalCacheMode,
  PipelineProject,
} from 'aws-cdk-lib/aws-codebuild';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Alias } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Step } from './service-definition';

/** Folder of the buildspecs, from the root of the repository. */
export const BUILDSPECS = 'lambda/infrastructure/buildspecs';

/** Prefix of the log groups of all build projects, to which the build roles may write. */
export const PIPELINE_LOGS = '/banyan/pipelines';

interface StepProjectProps {
  readonly projectName: string;
  readonly step: Step;
  readonly role: IRole;
  /** Variables that the buildspec expects in its environment. */
  readonly variables: Readonly<Record<string, string>>;
}

/** A build project that runs one buildspec under one role. */
export class StepProject extends Construct {
  readonly project: PipelineProject;

  constructor(scope: Construct, id: string, { projectName, step, role, variables }: StepProjectProps) {
    super(scope, id);
    this.project = new PipelineProject(this, 'Project', {
      projectName,
      role,
      buildSpec: BuildSpec.fromSourceFilename(`${BUILDSPECS}/${step.buildspec}.yml`),
      environment: {
        // Like the functions: arm64, and an image with their version of Node.js.
        buildImage: LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_4_0,
        computeType: ComputeType.LARGE,
        privileged: step.docker,
      },
      environmentVariables: Object.fromEntries(
        Object.entries({ CI: 'true', ...variables }).map(([name, value]) => [name, { value }]),
      ),
      cache: Cache.local(LocalCacheMode.CUSTOM),
      timeout: Duration.minutes(step.timeout),
      queuedTimeout: Duration.minutes(30),
      encryptionKey: Alias.fromAliasName(this, 'Key', 'alias/aws/s3'),
      grantReportGroupPermissions: false,
      logging: {
        cloudWatch: {
          logGroup: new LogGroup(this, 'Log', {
            logGroupName: `${PIPELINE_LOGS}/${projectName}`,
            retention: RetentionDays.THREE_MONTHS,
          }),
        },
      },
    });
  }
}
