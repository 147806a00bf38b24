import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readTemplate, type CloudFormationTemplate } from '../../support/cloudformation/template';
import { templateFaults } from '../../support/cloudformation/validate';

const INFRA = path.join(__dirname, '../../../lambda/eventsapp/infra');
const KEPT = ['AWS::S3::Bucket', 'AWS::DynamoDB::Table'];

/** Packages the stack as npm run package:infra does. */
describe.each(['dev', 'test', 'staging', 'prod'])('the infrastructure stack of %s', (stage) => {
  let folder: string;
  let template: CloudFormationTemplate;
  /** With what readTemplate leaves out. */
  let written: { readonly Resources: Readonly<Record<string, object>> };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-infra-'));
    const cli = require.resolve('serverless/bin/serverless.js');
    const { PATH, HOME } = process.env;
    const keys = { AWS_ACCESS_KEY_ID: 'offline', AWS_SECRET_ACCESS_KEY: 'offline', AWS_EC2_METADATA_DISABLED: 'true' };
    execFileSync(process.execPath, [cli, 'package', '--stage', stage, '--package', folder], {
      cwd: INFRA,
      env: { PATH, HOME, ...keys },
      stdio: 'ignore',
    });
    const file = path.join(folder, 'cloudformation-template-update-stack.json');
    template = await readTemplate(file);
    written = JSON.parse(await readFile(file, 'utf8')) as typeof written;
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is what AWS’s resource schemas allow', () => {
    expect(templateFaults(template)).toEqual([]);
  });

  it('keeps photos and tables when it is deleted', () => {
    const kept = Object.entries(template.Resources).filter(
      ([id, { Type }]) => KEPT.includes(Type) && !id.startsWith('Serverless'),
    );
    expect(kept.map(([id]) => id).sort()).toEqual(['PhotosBucket', 'PhotosTable', 'RefusedUploadsTable']);
    for (const [id] of kept)
      expect(written.Resources[id]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  it('has a private, encrypted bucket that pages of named origins may PUT into, and both bucket and tables can be restored', () => {
    const { PhotosBucket, PhotosTable, RefusedUploadsTable } = template.Resources;
    expect(PhotosBucket?.Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      CorsConfiguration: {
        CorsRules: ['PUT', 'GET'].map((method) => ({
          AllowedMethods: [method],
          AllowedOrigins: [expect.not.stringContaining('*') as string],
        })),
      },
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: [
          { NoncurrentVersionExpiration: { NoncurrentDays: 30 } },
          { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
        ],
      },
    });
    for (const table of [PhotosTable, RefusedUploadsTable])
      expect(table?.Properties).toMatchObject({
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
  });
});
