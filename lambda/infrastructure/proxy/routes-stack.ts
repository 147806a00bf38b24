import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from '../nag/acknowledge';
import { deployerRole } from '../pipeline/deployer-role';
import type { Stage } from '../stages';

/** Where a stage's route table is published: the `ROUTES_FILE` of its proxies. */
export function routesLocation(stage: Stage): { readonly bucket: string; readonly key: string } {
  return { bucket: `banyan-routes-${stage.name}-${stage.account}`, key: 'routes.yml' };
}

/** The versioned bucket of a stage's route table. It is not in the proxy's stack, so that publishing a table deploys no image. */
export class RoutesStack extends Stack {
  constructor(scope: Construct, id: string, { stage, ...props }: StackProps & { readonly stage: Stage }) {
    super(scope, id, props);
    const { bucket: bucketName, key } = routesLocation(stage);
    const bucket = new Bucket(this, 'Routes', {
      bucketName,
      versioned: true,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { id: 'old-tables', noncurrentVersionExpiration: Duration.days(400), noncurrentVersionsToRetain: 100 },
      ],
    });
    acknowledge(
      bucket,
      'AwsSolutions-S1',
      'Read every five seconds by each proxy: who wrote is in its versions and in CloudTrail.',
    );

    const publisher = deployerRole(this, { serviceName: 'banyan-routes', target: stage.name });
    publisher.addToPolicy(
      new PolicyStatement({ actions: ['s3:PutObject', 's3:GetObject'], resources: [bucket.arnForObjects(key)] }),
    );
    new CfnOutput(this, 'RoutesFile', { value: `s3://${bucketName}/${key}` });
  }
}
