import { CfnBucket, type Bucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { acknowledge } from '../nag/acknowledge';

const GRANTED = ['s3:Abort*', 's3:DeleteObject*', 's3:GetBucket*', 's3:GetObject*', 's3:List*'];

/** Suppresses what cdk-nag finds in every role that passes artefacts on. */
export function acknowledgeArtefacts(
  construct: IConstruct,
  artefacts: Bucket,
  { grantedByCdk }: { readonly grantedByCdk: boolean },
): void {
  const bucket = artefacts.node.defaultChild;
  if (!(bucket instanceof CfnBucket)) throw new Error('the artefact bucket has no CfnBucket');
  const objects = `AwsSolutions-IAM5[Resource::<${artefacts.stack.getLogicalId(bucket)}.Arn>/*]`;
  acknowledge(construct, objects, 'Objects of the one bucket of artefacts, whose keys CodePipeline chooses.');
  if (grantedByCdk)
    for (const action of GRANTED)
      acknowledge(
        construct,
        `AwsSolutions-IAM5[Action::${action}]`,
        'How the CDK grants CodePipeline its own bucket, and no other.',
      );
}
