import type { ResourceRow } from './grant';

const s3 = (...names: string[]) => names.map((name) => `s3:${name}`);
const dynamodb = (...names: string[]) => names.map((name) => `dynamodb:${name}`);
const cloudFront = (type: string, schema: string, on: 'distributions' | 'viewer keys'): ResourceRow => ({
  type: `AWS::CloudFront::${type}`,
  schema,
  grants: [{ actions: ['Create', 'Delete', 'Get', 'Update'].map((verb) => `cloudfront:${verb}${type}`), on }],
  leftOut: [],
});

/** Types of the infrastructure's template (lambda/eventsapp/infra), including the framework's own bucket. */
export const INFRA_ROWS: readonly ResourceRow[] = [
  {
    type: 'AWS::CloudFront::Distribution',
    schema: '14d24ae8a612f0ef',
    grants: [
      {
        actions: [
          ...['CreateDistribution', 'CreateDistributionWithTags', 'DeleteDistribution', 'GetDistribution'],
          ...['GetDistributionConfig', 'ListTagsForResource', 'TagResource', 'UntagResource', 'UpdateDistribution'],
        ].map((name) => `cloudfront:${name}`),
        on: 'distributions',
      },
    ],
    leftOut: [
      {
        actions: ['cloudfront:CreateConnectionGroup', 'cloudfront:GetConnectionGroup'],
        why: 'no distribution tenants',
      },
      { actions: ['cloudfront:GetVpcOrigin'], why: 'the origin is a bucket' },
      { actions: ['cloudfront:UpdateDistributionWithStagingConfig'], why: 'no staging distribution' },
    ],
  },
  cloudFront('KeyGroup', 'a752f130cdfa97b3', 'viewer keys'),
  cloudFront('OriginAccessControl', '7a567670b613ce42', 'distributions'),
  cloudFront('PublicKey', '1a68b455ba30f2b8', 'viewer keys'),
  cloudFront('ResponseHeadersPolicy', '8633a3e4c033154a', 'distributions'),
  {
    type: 'AWS::DynamoDB::Table',
    schema: '8de1012311991c4d',
    grants: [
      {
        actions: dynamodb(
          ...[
            'CreateTable',
            'DescribeContinuousBackups',
            'DescribeContributorInsights',
            'DescribeKinesisStreamingDestination',
          ],
          ...[
            'DescribeTable',
            'DescribeTimeToLive',
            'GetResourcePolicy',
            'ListTagsOfResource',
            'TagResource',
            'UntagResource',
          ],
          ...['UpdateContinuousBackups', 'UpdateContributorInsights', 'UpdateTable', 'UpdateTimeToLive'],
        ),
        on: 'tables',
      },
    ],
    leftOut: [
      { actions: dynamodb('DeleteTable'), why: 'tables outlive their stack (DeletionPolicy: Retain)' },
      {
        actions: dynamodb('BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'Scan', 'UpdateItem'),
        why: 'a deployer neither reads nor writes data; the schema names them for replicas and imports',
      },
      { actions: dynamodb('AssociateTableReplica', 'CreateTableReplica'), why: 'no replicas' },
      {
        actions: [...dynamodb('DescribeImport', 'ImportTable'), ...s3('GetObject', 'GetObjectMetadata', 'ListBucket')],
        why: 'nothing is imported',
      },
      { actions: dynamodb('DeleteResourcePolicy', 'PutResourcePolicy'), why: 'no resource policy' },
      {
        actions: [
          ...dynamodb(
            'DisableKinesisStreamingDestination',
            'EnableKinesisStreamingDestination',
            'UpdateKinesisStreamingDestination',
          ),
          ...['kinesis:DescribeStream', 'kinesis:PutRecords'],
        ],
        why: 'no Kinesis stream',
      },
      {
        actions: ['CreateGrant', 'Decrypt', 'DescribeKey', 'Encrypt', 'ListAliases', 'RevokeGrant'].map(
          (name) => `kms:${name}`,
        ),
        why: 'no customer managed key: AWS-owned keys encrypt',
      },
      {
        actions: [
          'iam:CreateServiceLinkedRole',
          ...[
            'CreateLogGroup',
            'CreateLogStream',
            'DescribeLogGroups',
            'DescribeLogStreams',
            'PutLogEvents',
            'PutRetentionPolicy',
          ].map((name) => `logs:${name}`),
        ],
        why: 'for replicas and imports',
      },
    ],
  },
  {
    type: 'AWS::S3::Bucket',
    schema: '69ff2c30cdaed778',
    grants: [
      {
        actions: s3(
          ...['CreateBucket', 'DeleteBucket', 'DeleteBucketCors', 'DeleteBucketEncryption', 'DeleteBucketLifecycle'],
          ...[
            'GetAccelerateConfiguration',
            'GetAnalyticsConfiguration',
            'GetBucketAbac',
            'GetBucketAcl',
            'GetBucketCORS',
          ],
          ...['GetBucketLogging', 'GetBucketMetadataTableConfiguration', 'GetBucketNotification'],
          ...['GetBucketObjectLockConfiguration', 'GetBucketOwnershipControls', 'GetBucketPublicAccessBlock'],
          ...['GetBucketTagging', 'GetBucketVersioning', 'GetBucketWebsite', 'GetEncryptionConfiguration'],
          ...['GetIntelligentTieringConfiguration', 'GetInventoryConfiguration', 'GetLifecycleConfiguration'],
          ...[
            'GetMetricsConfiguration',
            'GetReplicationConfiguration',
            'ListBucket',
            'ListTagsForResource',
            'PutBucketCORS',
          ],
          ...['PutBucketNotification', 'PutBucketOwnershipControls', 'PutBucketPublicAccessBlock', 'PutBucketTagging'],
          ...[
            'PutBucketVersioning',
            'PutEncryptionConfiguration',
            'PutLifecycleConfiguration',
            'TagResource',
            'UntagResource',
          ],
        ),
        on: 'buckets',
      },
    ],
    leftOut: [
      {
        actions: [
          'iam:PassRole',
          ...s3('DeleteBucketReplication', 'PutBucketReplication', 'PutReplicationConfiguration'),
        ],
        why: 'no replication',
      },
      {
        actions: s3('DeleteObject'),
        why: 'the framework empties only its own bucket (framework-grants.ts)',
      },
      { actions: s3('DeleteBucketWebsite', 'PutBucketWebsite'), why: 'no website: only CloudFront reads' },
      { actions: s3('PutBucketAcl', 'PutObjectAcl'), why: "no ACLs: the bucket's owner owns its objects" },
      { actions: s3('PutBucketObjectLockConfiguration', 'PutObjectLockConfiguration'), why: 'no object lock' },
      {
        actions: s3(
          ...['DeleteBucketAnalyticsConfiguration', 'DeleteBucketMetricsConfiguration', 'PutAccelerateConfiguration'],
          ...['PutAnalyticsConfiguration', 'PutBucketAbac', 'PutBucketLogging', 'PutIntelligentTieringConfiguration'],
          ...['PutInventoryConfiguration', 'PutMetricsConfiguration'],
        ),
        why: 'no such configuration',
      },
      {
        actions: [
          ...s3(
            'CreateBucketMetadataTableConfiguration',
            'DeleteBucketMetadataTableConfiguration',
            'UpdateBucketMetadataAnnotationTableConfiguration',
          ),
          ...s3('UpdateBucketMetadataInventoryTableConfiguration', 'UpdateBucketMetadataJournalTableConfiguration'),
          ...[
            'CreateNamespace',
            'CreateTable',
            'CreateTableBucket',
            'GetTable',
            'GetTableMetadataLocation',
            'PutTableBucketPolicy',
          ].map((name) => `s3tables:${name}`),
          ...['PutTableEncryption', 'PutTablePolicy', 'UpdateTableMetadataLocation'].map((name) => `s3tables:${name}`),
        ],
        why: 'no metadata tables',
      },
    ],
  },
  {
    type: 'AWS::S3::BucketPolicy',
    schema: '052a5ef1e32d1349',
    grants: [{ actions: s3('DeleteBucketPolicy', 'GetBucketPolicy', 'PutBucketPolicy'), on: 'buckets' }],
    leftOut: [],
  },
  {
    type: 'AWS::SNS::Topic',
    schema: '55996ca553a6ab0c',
    grants: [
      {
        actions: [
          ...[
            'CreateTopic',
            'DeleteTopic',
            'GetDataProtectionPolicy',
            'GetTopicAttributes',
            'ListSubscriptionsByTopic',
          ],
          ...['ListTagsForResource', 'SetTopicAttributes', 'TagResource', 'UntagResource'],
        ].map((name) => `sns:${name}`),
        on: 'topics',
      },
    ],
    leftOut: [
      { actions: ['iam:GetRole', 'iam:PassRole'], why: 'no delivery status logging, the only use of a role' },
      { actions: ['sns:PutDataProtectionPolicy'], why: 'no such policy' },
      { actions: ['sns:Subscribe', 'sns:Unsubscribe'], why: "the topic's template lists no subscriptions" },
    ],
  },
  {
    type: 'AWS::SNS::TopicPolicy',
    schema: 'e420fa2ca5d33180',
    grants: [{ actions: ['sns:SetTopicAttributes'], on: 'topics' }],
    leftOut: [],
  },
];
