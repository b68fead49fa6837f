import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type LifecycleRule,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { TABLE_NAMES } from '../src/lake/tables.js';
import { NAMES } from './names.js';

type LakeBucketProps = {
  readonly prefix: string;
  readonly encryptionKey: IKey | undefined;
  readonly archiveAfter: Duration | undefined;
  readonly removalPolicy: RemovalPolicy;
};

/** How long an object that was deleted or overwritten can be had back. */
const NONCURRENT = Duration.days(30);
/** Of staged bundles there are as many as data files, and each is deleted at once. */
const NONCURRENT_STAGE = Duration.days(1);
const INCOMPLETE = Duration.days(7);

/** The bucket of the lake: private, TLS only, versioned, encrypted. No rule ends an object that is current. */
export function lakeBucket(scope: Construct, props: LakeBucketProps): Bucket {
  const { encryptionKey, removalPolicy } = props;
  const bucket = new Bucket(scope, 'LakeBucket', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    encryption: encryptionKey ? BucketEncryption.KMS : BucketEncryption.S3_MANAGED,
    ...(encryptionKey && { encryptionKey, bucketKeyEnabled: true }),
    lifecycleRules: lifecycle(props),
    removalPolicy,
  });
  if (encryptionKey)
    for (const statement of onlyKey(bucket, encryptionKey)) bucket.addToResourcePolicy(statement);
  // A bucket that stays keeps what protects it.
  bucket.policy?.applyRemovalPolicy(removalPolicy);
  return bucket;
}

function lifecycle({ prefix, archiveAfter }: LakeBucketProps): LifecycleRule[] {
  const below = (part: string) => (prefix === '' ? part : `${prefix}/${part}`);
  const everywhere = {
    id: 'EndNoncurrentAndIncomplete',
    noncurrentVersionExpiration: NONCURRENT,
    abortIncompleteMultipartUploadAfter: INCOMPLETE,
    expiredObjectDeleteMarker: true,
  };
  const stage = {
    id: 'EndStaged',
    prefix: below(NAMES.stage),
    noncurrentVersionExpiration: NONCURRENT_STAGE,
  };
  if (!archiveAfter) return [everywhere, stage];
  const archive = TABLE_NAMES.map((table) => ({
    id: `Archive-${table}`,
    prefix: below(`${table}/`),
    transitions: [{ storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: archiveAfter }],
  }));
  return [everywhere, stage, ...archive];
}

/** A write that names another key, or none at all, is denied (threat T16); one that names nothing gets the bucket's. */
function onlyKey(bucket: Bucket, key: IKey): PolicyStatement[] {
  const header = 's3:x-amz-server-side-encryption';
  const keyHeader = `${header}-aws-kms-key-id`;
  const denied = (sid: string, conditions: { [operator: string]: { [key: string]: string } }) =>
    new PolicyStatement({
      sid,
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects('*')],
      conditions,
    });
  return [
    denied('DenyOtherKeys', { Null: { [keyHeader]: 'false' }, StringNotEquals: { [keyHeader]: key.keyArn } }),
    denied('DenyOtherEncryption', { Null: { [header]: 'false' }, StringNotEquals: { [header]: 'aws:kms' } }),
  ];
}
