import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal, type IRole } from 'aws-cdk-lib/aws-iam';
import type { Repository } from 'aws-cdk-lib/aws-ecr';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from '../nag/acknowledge';
import { acknowledgeArtefacts } from './acknowledge-artefacts';
import { PIPELINE_LOGS } from './step-project';

interface BuildRoleProps {
  readonly roleName: string;
  readonly artefacts: Bucket;
  /** ARNs of roles, mostly in other accounts, that builds may assume. */
  readonly mayAssume: readonly string[];
  /** The registry that it pushes images to. */
  readonly images?: Repository;
  /** A pipeline stage that it may roll back to what passed it before. */
  readonly putsBack?: { readonly pipeline: string; readonly stage: string };
}

const PUSH = [
  'BatchCheckLayerAvailability',
  'CompleteLayerUpload',
  // A retried build checks whether it has already pushed its image.
  'DescribeImages',
  'InitiateLayerUpload',
  'PutImage',
  'UploadLayerPart',
].map((action) => `ecr:${action}`);

/**
 * The role of build projects in the tools account: may write its logs, use the artefacts and assume certain roles. It does without the CDK's own
 * grants, which are wider.
 */
export function buildRole(
  scope: Construct,
  id: string,
  { roleName, artefacts, mayAssume, images, putsBack }: BuildRoleProps,
): IRole {
  const stack = Stack.of(scope);
  const role = new Role(scope, id, { roleName, assumedBy: new ServicePrincipal('codebuild.amazonaws.com') });
  const logs = `arn:aws:logs:${stack.region}:${stack.account}:log-group:${PIPELINE_LOGS}/*`;
  role.addToPolicy(new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logs] }));
  role.addToPolicy(
    new PolicyStatement({
      actions: ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'],
      resources: [artefacts.arnForObjects('*')],
    }),
  );
  role.addToPolicy(
    new PolicyStatement({ actions: ['s3:GetBucketLocation', 's3:ListBucket'], resources: [artefacts.bucketArn] }),
  );
  if (mayAssume.length > 0)
    role.addToPolicy(new PolicyStatement({ actions: ['sts:AssumeRole'], resources: [...mayAssume] }));
  if (putsBack !== undefined) {
    const pipeline = stack.formatArn({ service: 'codepipeline', resource: putsBack.pipeline });
    const looks = ['codepipeline:GetPipelineState', 'codepipeline:ListPipelineExecutions'];
    role.addToPolicy(new PolicyStatement({ actions: looks, resources: [pipeline] }));
    role.addToPolicy(
      new PolicyStatement({ actions: ['codepipeline:RollbackStage'], resources: [`${pipeline}/${putsBack.stage}`] }),
    );
  }
  if (images !== undefined) {
    role.addToPolicy(new PolicyStatement({ actions: PUSH, resources: [images.repositoryArn] }));
    role.addToPolicy(new PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }));
    acknowledge(role, 'AwsSolutions-IAM5[Resource::*]', 'ecr:GetAuthorizationToken is for the whole registry.');
  }
  acknowledgeArtefacts(role, artefacts, { grantedByCdk: false });
  acknowledge(
    role,
    `AwsSolutions-IAM5[Resource::${logs}]`,
    'Log groups of the pipelines, whose streams CodeBuild names.',
  );
  return role.withoutPolicyUpdates();
}
