import type { Json } from './json.js';
import type { Actor } from './people.js';
import { BUCKET, type Place } from './places.js';
import type { Random } from './random.js';
import type { Call } from './records.js';
import { STRANGERS } from './strangers.js';

type Told = (random: Random, place: Place) => Json;

/** A call that nobody would look at twice: the bulk of every trail. */
export type Ordinary = {
  readonly service: string;
  readonly name: string;
  readonly readOnly: boolean;
  /** Only where it is always the same caller; else somebody of the account. */
  readonly by?: Actor;
  readonly request?: Told;
  readonly response?: Told;
  readonly more?: (random: Random, place: Place) => Partial<Call>;
};

const GLUE_FOR_ATHENA: Actor = {
  identity: STRANGERS.service.identity,
  sourceIp: 'athena.amazonaws.com',
  userAgent: 'athena.amazonaws.com',
};
const KMS_ITSELF: Actor = {
  // No type and no account: what a service does to itself.
  identity: () => ({ invokedBy: 'AWS Internal' }),
  sourceIp: 'AWS Internal',
  userAgent: 'AWS Internal',
};

const reads = (service: string, name: string, request?: Told): Ordinary => ({
  service,
  name,
  readOnly: true,
  ...(request && { request }),
});
const instance = (random: Random): string => `i-0${random.between(100_000_000, 999_999_999)}abcdef0`;
const keyArn = (place: Place): string =>
  `arn:aws:kms:${place.region}:${place.account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

/** What is called, about as often as a real trail shows it: describing and decrypting come first. */
export const ORDINARY: readonly [Ordinary, ...Ordinary[]] = [
  reads('ec2', 'DescribeInstances', (random) => ({
    instancesSet: { items: [{ instanceId: instance(random) }] },
    filterSet: {},
  })),
  reads('ec2', 'DescribeInstances', () => ({ instancesSet: {}, filterSet: {}, maxResults: 100 })),
  reads('ec2', 'DescribeSecurityGroups', () => ({ securityGroupSet: {}, filterSet: {} })),
  reads('s3', 'GetBucketLocation', () => ({
    bucketName: BUCKET,
    location: '',
    Host: `${BUCKET}.s3.amazonaws.com`,
  })),
  // The name of Athena in another field: picking by a bare search of the text would take this record.
  reads('s3', 'GetBucketPolicy', () => ({
    bucketName: BUCKET,
    policy: '',
    'x-note': 'athena.amazonaws.com',
  })),
  reads('iam', 'GetRole', () => ({ roleName: 'EtlRole' })),
  reads('iam', 'ListRoles'),
  reads('sts', 'GetCallerIdentity'),
  reads('kms', 'DescribeKey', (_, place) => ({ keyId: keyArn(place) })),
  {
    ...reads('kms', 'Decrypt', () => ({
      encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      encryptionContext: { purpose: 'results' },
    })),
    more: (_, place) => ({
      resources: [{ accountId: place.account, type: 'AWS::KMS::Key', ARN: keyArn(place) }],
    }),
  },
  reads('ssm', 'GetParameter', () => ({ name: '/demo/db', withDecryption: true })),
  reads('ssm', 'DescribeInstanceInformation', () => ({ maxResults: 50, filters: [] })),
  reads('lambda', 'ListFunctions20150331'),
  reads('glue', 'GetTables', () => ({ databaseName: 'sales', maxResults: 100 })),
  // Athena asking Glue: another service's event, in Athena's name.
  { ...reads('glue', 'GetTable', () => ({ databaseName: 'patients', name: 'visits' })), by: GLUE_FOR_ATHENA },
  reads('logs', 'DescribeLogGroups', () => ({ limit: 50 })),
  reads('monitoring', 'DescribeAlarms', () => ({ maxRecords: 100 })),
  reads('cloudtrail', 'LookupEvents', (random) => ({ maxResults: random.between(1, 50) })),
  reads('secretsmanager', 'GetSecretValue', () => ({ secretId: 'demo/warehouse' })),
  {
    service: 'ec2',
    name: 'StopInstances',
    readOnly: false,
    request: (random) => ({ instancesSet: { items: [{ instanceId: instance(random) }] }, force: false }),
    response: (random) => ({ requestId: random.uuid(), instancesSet: { items: [] } }),
  },
  {
    service: 's3',
    name: 'PutBucketTagging',
    readOnly: false,
    request: () => ({
      bucketName: BUCKET,
      tagging: '',
      Tagging: { TagSet: { Tag: { Key: 'Straße', Value: 'Zürich' } } },
    }),
    more: (random) => ({
      additionalEventData: { SignatureVersion: 'SigV4', bytesTransferredIn: random.between(100, 900) },
    }),
  },
  {
    service: 'lambda',
    name: 'UpdateFunctionConfiguration20150331v2',
    readOnly: false,
    request: () => ({ functionName: 'nightly-load', timeout: 300, memorySize: 512 }),
    response: (_, place) => ({
      functionArn: `arn:aws:lambda:${place.region}:${place.account}:function:nightly-load`,
      codeSize: 4_711,
    }),
  },
  {
    service: 'kms',
    name: 'RotateKey',
    readOnly: false,
    by: KMS_ITSELF,
    more: (random) => ({ eventType: 'AwsServiceEvent', serviceEventDetails: { keyId: random.uuid() } }),
  },
];
