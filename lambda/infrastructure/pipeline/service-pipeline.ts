import { Aws, Fn } from 'aws-cdk-lib';
import {
  Artifact,
  ExecutionMode,
  Pipeline,
  PipelineType,
  ProviderType,
  Result,
  type IAction,
} from 'aws-cdk-lib/aws-codepipeline';
import { CodeBuildAction, ManualApprovalAction } from 'aws-cdk-lib/aws-codepipeline-actions';
import type { Repository } from 'aws-cdk-lib/aws-ecr';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { STAGES, type Stage } from '../stages';
import { clusterName } from '../proxy/proxy-service';
import { routesLocation } from '../proxy/routes-stack';
import { acknowledgeArtefacts } from './acknowledge-artefacts';
import { buildRole } from './build-role';
import { ConnectionSource } from './connection-source';
import { accountOf, buildRoleName, deployerRoleArn } from './deployer-names';
import { RollBackPipeline } from './roll-back-pipeline';
import type { Deployment, ServiceDefinition, Step } from './service-definition';
import { StepProject } from './step-project';

interface ServicePipelineProps {
  readonly service: ServiceDefinition;
  readonly artefacts: Bucket;
  /** Where a build that makes images pushes them. */
  readonly images: Repository;
  /** Where approvals are requested. */
  readonly approvals: Topic;
}

/** Roles that `cdk bootstrap` creates in every account and that trust the tools account. */
const CDK_ROLES = ['deploy', 'file-publishing', 'image-publishing', 'lookup'] as const;

/** The artefact of the build; every deployment finds it at `CODEBUILD_SRC_DIR_package`. */
const PACKAGE = 'package';

/**
 * The pipeline of one service, made from its definition alone: source, build, then one stage for each deployment. Every deployment gets the
 * build's artefact, so all deploy the very same bytes.
 */
export class ServicePipeline extends Construct {
  readonly pipeline: Pipeline;
  /** Pipelines that roll back one of its stages. */
  readonly rollBacks: readonly RollBackPipeline[];

  constructor(scope: Construct, id: string, { service, artefacts, images, approvals }: ServicePipelineProps) {
    super(scope, id);
    const source = new Artifact('source');
    const built = new Artifact(PACKAGE);
    const sourceAction = new ConnectionSource(service.repository, source);
    this.pipeline = new Pipeline(this, 'Pipeline', {
      pipelineName: service.serviceName,
      pipelineType: PipelineType.V2,
      // A push waits for the previous one, so that what is approved is what was tested.
      executionMode: ExecutionMode.QUEUED,
      artifactBucket: artefacts,
      crossAccountKeys: false,
      restartExecutionOnUpdate: false,
      triggers: [
        {
          providerType: ProviderType.CODE_STAR_SOURCE_CONNECTION,
          gitConfiguration: {
            sourceAction,
            pushFilter: [
              {
                branchesIncludes: [service.repository.branch],
                filePathsIncludes: [...service.paths.includes],
                filePathsExcludes: [...service.paths.excludes],
              },
            ],
          },
        },
      ],
    });
    acknowledgeArtefacts(this.pipeline, artefacts, { grantedByCdk: true });
    this.pipeline.addStage({ stageName: 'source', actions: [sourceAction] });

    const { docker } = service.build;
    const roleName = `build-${service.serviceName}`;
    const role = buildRole(this, 'BuildRole', { roleName, artefacts, mayAssume: [], ...(docker && { images }) });
    const variables: Record<string, string> = docker
      ? { REGISTRY: Fn.select(0, Fn.split('/', images.repositoryUri)) }
      : {};
    const build = this.project(service.build, 'build', role, { serviceName: service.serviceName, variables });
    this.pipeline.addStage({
      stageName: 'build',
      actions: [
        new CodeBuildAction({ actionName: service.build.buildspec, project: build, input: source, outputs: [built] }),
      ],
    });
    this.rollBacks = service.deployments.flatMap((deployment) =>
      this.deploy(deployment, { service, source, built, artefacts, approvals }),
    );
  }

  /** Adds the stage of a deployment. Returns the pipeline that rolls it back, if there is one. */
  private deploy(
    deployment: Deployment,
    {
      service,
      source,
      built,
      artefacts,
      approvals,
    }: Omit<ServicePipelineProps, 'images'> & { readonly source: Artifact; readonly built: Artifact },
  ): readonly RollBackPipeline[] {
    const { target, steps, approved, rollsBack } = deployment;
    const { serviceName } = service;
    const routesFirst = rollsBack === 'routes, then stage';
    const variables = variablesFor(service, target);
    if (approved)
      this.pipeline.addStage({
        stageName: `approve-${target}`,
        actions: [
          new ManualApprovalAction({
            actionName: 'approve',
            notificationTopic: approvals,
            additionalInformation: `Deploy ${serviceName} to ${target}? It has passed the stages before, with the same package.`,
          }),
        ],
      });
    const role = buildRole(this, `BuildRole-${target}`, {
      roleName: buildRoleName({ serviceName, target }),
      artefacts,
      mayAssume: rolesToAssume(service, target),
      ...(routesFirst && { putsBack: { pipeline: serviceName, stage: target } }),
    });
    this.pipeline.addStage({
      stageName: target,
      actions: steps.map(
        (step, index): IAction =>
          new CodeBuildAction({
            actionName: step.buildspec,
            runOrder: index + 1,
            project: this.project(step, target, role, { serviceName, variables }),
            input: source,
            extraInputs: [built],
          }),
      ),
      // CodePipeline itself deploys again what passed this stage last; it would not wait for routes.
      ...(rollsBack === 'stage' && { onFailure: { result: Result.ROLLBACK } }),
    });
    const last = steps.at(-1);
    if (!routesFirst || last === undefined) return [];
    const puttingBack = { repository: service.repository, serviceName, stage: target, action: last.buildspec };
    return [new RollBackPipeline(this, `RollBack-${target}`, { ...puttingBack, artefacts, role, variables })];
  }

  private project(
    step: Step,
    target: string,
    role: IRole,
    { serviceName, variables }: { readonly serviceName: string; readonly variables: Readonly<Record<string, string>> },
  ) {
    const projectName =
      target === step.buildspec ? `${serviceName}-${target}` : `${serviceName}-${target}-${step.buildspec}`;
    return new StepProject(this, projectName, { projectName, step, role, variables }).project;
  }
}

function rolesToAssume({ serviceName, deploysBy }: ServiceDefinition, target: string): string[] {
  if (deploysBy !== 'cdk') return [deployerRoleArn({ serviceName, target })];
  const { account, region } = accountOf(target);
  return CDK_ROLES.map(
    (role) => `arn:${Aws.PARTITION}:iam::${account}:role/cdk-hnb659fds-${role}-role-${account}-${region}`,
  );
}

function variablesFor({ serviceName, deploysBy }: ServiceDefinition, target: string): Record<string, string> {
  const { account, region } = accountOf(target);
  const stage = STAGES.find(({ name }) => name === target);
  return {
    STAGE: target,
    AWS_REGION: region,
    ACCOUNT: account,
    ...(deploysBy !== 'cdk' && { DEPLOYER_ROLE_ARN: deployerRoleArn({ serviceName, target }) }),
    ...(stage?.proxy !== undefined && { ROUTES_FILE: routesFile(stage), PROXY_CLUSTER: clusterName(stage) }),
    ...(stage?.proxy?.routes === 'all-on-lambda' && { ROUTES: stage.proxy.routes }),
  };
}

function routesFile(stage: Stage): string {
  const { bucket, key } = routesLocation(stage);
  return `s3://${bucket}/${key}`;
}
