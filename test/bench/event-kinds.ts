/** A kind of event: what its records say besides who, when and where. */
export type EventKind = {
  readonly source: string;
  readonly name: string;
  /** How often, against the other kinds of its list. */
  readonly share: number;
  readonly request?: object | null;
  readonly response?: object | null;
  readonly write?: true;
  readonly extra?: object;
  readonly resources?: readonly object[];
  readonly error?: readonly [code: string, message: string];
  readonly apiVersion?: string;
  /** Done by a service on its own, or by a service for the caller. */
  readonly by?: string;
  readonly via?: string;
  /** Written as older log files write it: `=`, `<`, `>`, `&` and `'` as \u003d and so on. */
  readonly escaped?: true;
  readonly data?: true;
};

const s3Extra = {
  SignatureVersion: 'SigV4',
  CipherSuite: 'TLS_AES_128_GCM_SHA256',
  bytesTransferredIn: '{int900}',
  AuthenticationMethod: 'AuthHeader',
  'x-amz-id-2': '{base75}=',
  bytesTransferredOut: '{int90000}',
};
const s3 = (name: string, share: number, request: object, more: Partial<EventKind> = {}): EventKind => ({
  source: 's3',
  name,
  share,
  request: { bucketName: '{bucket}', Host: '{bucket}.s3.{region}.amazonaws.com', ...request },
  extra: s3Extra,
  resources: [{ accountId: '{account}', type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::{bucket}' }],
  ...more,
});
const read = (
  source: string,
  name: string,
  share: number,
  request: object | null,
  more: Partial<EventKind> = {},
): EventKind => ({
  source,
  name,
  share,
  request,
  ...more,
});
const write = (
  source: string,
  name: string,
  share: number,
  request: object | null,
  response: object | null,
  more: Partial<EventKind> = {},
): EventKind => ({
  source,
  name,
  share,
  request,
  response,
  write: true,
  ...more,
});
const keyOf = [
  { accountId: '{account}', type: 'AWS::KMS::Key', ARN: 'arn:aws:kms:{region}:{account}:key/{kmskey}' },
];

const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Read{alnum8}',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::{grantee}:root' },
      Action: ['s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket', 's3:GetBucketLocation'],
      Resource: ['arn:aws:s3:::{bucket}', 'arn:aws:s3:::{bucket}/*'],
      Condition: {
        StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorg1' },
        Bool: { 'aws:SecureTransport': 'true' },
      },
    },
  ],
});

/** Everything but Athena. */
export const OTHER_KINDS: readonly EventKind[] = [
  // EC2
  read('ec2', 'DescribeInstances', 50, {
    maxResults: 1000,
    instancesSet: {},
    filterSet: {
      items: [
        { name: 'vpc-id', valueSet: { items: [{ value: '{vpc}' }] } },
        { name: 'tag:service', valueSet: { items: [{ value: '{product}' }, { value: '{env}' }] } },
      ],
    },
  }),
  read('ec2', 'DescribeInstanceStatus', 20, {
    instancesSet: { items: [{ instanceId: '{instance}' }, { instanceId: '{instance}' }] },
    filterSet: {},
    includeAllInstances: true,
  }),
  read('ec2', 'DescribeNetworkInterfaces', 40, {
    networkInterfaceIdSet: {
      items: [
        { networkInterfaceId: '{eni}' },
        { networkInterfaceId: '{eni}' },
        { networkInterfaceId: '{eni}' },
      ],
    },
    filterSet: {},
  }),
  read('ec2', 'DescribeRouteTables', 25, {
    routeTableIdSet: {},
    filterSet: { items: [{ name: 'association.subnet-id', valueSet: { items: [{ value: '{subnet}' }] } }] },
  }),
  read('ec2', 'DescribeSecurityGroups', 25, {
    securityGroupSet: {},
    securityGroupIdSet: { items: [{ groupId: '{group}' }] },
    filterSet: {},
  }),
  read('ec2', 'DescribeVolumes', 15, {
    volumeSet: {},
    filterSet: {
      items: [{ name: 'attachment.instance-id', valueSet: { items: [{ value: '{instance}' }] } }],
    },
  }),
  read('ec2', 'DescribeTags', 15, {
    filterSet: {
      items: [
        { name: 'resource-id', valueSet: { items: [{ value: '{instance}' }, { value: '{instance}' }] } },
      ],
    },
  }),
  read('ec2', 'DescribeSubnets', 10, {
    subnetSet: { items: [{ subnetId: '{subnet}' }, { subnetId: '{subnet}' }] },
    filterSet: {},
  }),
  read('ec2', 'DescribeAccountAttributes', 8, {
    accountAttributeNameSet: { items: [{ attributeName: 'supported-platforms' }] },
    filterSet: {},
  }),
  write(
    'ec2',
    'RunInstances',
    6,
    {
      instancesSet: { items: [{ imageId: '{ami}', minCount: 1, maxCount: 1, keyName: '{product}-key' }] },
      userData: '<sensitiveDataRemoved>',
      instanceType: 'm6i.large',
      blockDeviceMapping: {},
      monitoring: { enabled: false },
      disableApiTermination: false,
      clientToken: '{uuid}',
      networkInterfaceSet: {
        items: [{ deviceIndex: 0, subnetId: '{subnet}', groupSet: { items: [{ groupId: '{group}' }] } }],
      },
      iamInstanceProfile: { name: '{role}' },
      ebsOptimized: true,
    },
    {
      requestId: '{uuid}',
      reservationId: 'r-0{hex16}',
      ownerId: '{account}',
      groupSet: {},
      instancesSet: {
        items: [
          {
            instanceId: 'i-0{hex16}',
            imageId: '{ami}',
            bootMode: 'uefi-preferred',
            instanceState: { code: 0, name: 'pending' },
            privateDnsName: 'ip-192-0-2-{int250}.{region}.compute.internal',
            amiLaunchIndex: 0,
            productCodes: {},
            instanceType: 'm6i.large',
            launchTime: '{epoch}',
            placement: { availabilityZone: '{region}a', tenancy: 'default' },
            monitoring: { state: 'disabled' },
            subnetId: '{subnet}',
            vpcId: '{vpc}',
            privateIpAddress: '192.0.2.17',
            stateReason: { code: 'pending', message: 'pending' },
            architecture: 'x86_64',
            rootDeviceType: 'ebs',
            rootDeviceName: '/dev/xvda',
            blockDeviceMapping: {},
            virtualizationType: 'hvm',
            hypervisor: 'xen',
            tagSet: {
              items: [
                { key: 'Name', value: '{product}-worker' },
                { key: 'owner', value: '{person}' },
              ],
            },
            clientToken: '{uuid}',
            groupSet: { items: [{ groupId: '{group}', groupName: '{product}-nodes' }] },
            sourceDestCheck: true,
            networkInterfaceSet: {
              items: [
                {
                  networkInterfaceId: 'eni-0{hex16}',
                  subnetId: '{subnet}',
                  vpcId: '{vpc}',
                  ownerId: '{account}',
                  status: 'in-use',
                  macAddress: '0e:{hex2}:{hex2}:{hex2}:{hex2}:{hex2}',
                  privateIpAddress: '192.0.2.17',
                  sourceDestCheck: true,
                  interfaceType: 'interface',
                  attachment: {
                    attachmentId: 'eni-attach-0{hex16}',
                    deviceIndex: 0,
                    status: 'attaching',
                    attachTime: '{epoch}',
                    deleteOnTermination: true,
                  },
                },
              ],
            },
            ebsOptimized: true,
            enaSupport: true,
            cpuOptions: { coreCount: 1, threadsPerCore: 2 },
            metadataOptions: {
              state: 'pending',
              httpTokens: 'required',
              httpPutResponseHopLimit: 2,
              httpEndpoint: 'enabled',
            },
          },
        ],
      },
    },
  ),
  write(
    'ec2',
    'CreateNetworkInterface',
    12,
    {
      subnetId: '{subnet}',
      description: 'AWS Lambda VPC ENI-{lambda}-{uuid}',
      groupSet: { items: [{ groupId: '{group}' }] },
      privateIpAddressesSet: {},
    },
    {
      requestId: '{uuid}',
      networkInterface: {
        networkInterfaceId: 'eni-0{hex16}',
        subnetId: '{subnet}',
        vpcId: '{vpc}',
        availabilityZone: '{region}b',
        description: 'AWS Lambda VPC ENI-{lambda}-{uuid}',
        ownerId: '{account}',
        requesterId: 'AROA{principal}EXAMPLE:{alnum10}',
        requesterManaged: false,
        status: 'pending',
        macAddress: '0a:{hex2}:{hex2}:{hex2}:{hex2}:{hex2}',
        privateIpAddress: '192.0.2.{int250}',
        sourceDestCheck: true,
        interfaceType: 'lambda',
        groupSet: { items: [{ groupId: '{group}', groupName: '{product}-lambda' }] },
        privateIpAddressesSet: { item: [{ privateIpAddress: '192.0.2.9', primary: true }] },
        tagSet: {},
      },
    },
  ),
  write(
    'ec2',
    'CreateTags',
    12,
    {
      resourcesSet: { items: [{ resourceId: '{instance}' }] },
      tagSet: {
        items: [
          { key: 'Name', value: '{product}-{env}' },
          { key: 'équipe', value: '{person}' },
        ],
      },
    },
    { requestId: '{uuid}', _return: true },
  ),
  write(
    'ec2',
    'AuthorizeSecurityGroupIngress',
    4,
    {
      groupId: '{group}',
      ipPermissions: {
        items: [
          {
            ipProtocol: 'tcp',
            fromPort: 443,
            toPort: 443,
            groups: {},
            ipRanges: { items: [{ cidrIp: '203.0.113.0/24', description: 'büro' }] },
            ipv6Ranges: {},
            prefixListIds: {},
          },
        ],
      },
    },
    {
      requestId: '{uuid}',
      _return: true,
      securityGroupRuleSet: {
        items: [
          {
            groupOwnerId: '{account}',
            groupId: '{group}',
            securityGroupRuleId: 'sgr-0{hex16}',
            isEgress: false,
            ipProtocol: 'tcp',
            fromPort: 443,
            toPort: 443,
            cidrIpv4: '203.0.113.0/24',
          },
        ],
      },
    },
  ),
  // STS
  write(
    'sts',
    'AssumeRole',
    24,
    { roleArn: 'arn:aws:iam::{account}:role/{role}', roleSessionName: '{instance}' },
    {
      credentials: {
        accessKeyId: 'ASIA{upper9}EXAMPLE',
        sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLE{base440}==',
        expiration: '{time}',
      },
    },
    {
      by: 'ec2.amazonaws.com',
      resources: [
        { accountId: '{account}', type: 'AWS::IAM::Role', ARN: 'arn:aws:iam::{account}:role/{role}' },
      ],
    },
  ),
  write(
    'sts',
    'AssumeRole',
    14,
    { roleArn: 'arn:aws:iam::{account}:role/{role}', roleSessionName: '{lambda}' },
    {
      credentials: {
        accessKeyId: 'ASIA{upper9}EXAMPLE',
        sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLE{base520}==',
        expiration: '{time}',
      },
    },
    {
      by: 'lambda.amazonaws.com',
      resources: [
        { accountId: '{account}', type: 'AWS::IAM::Role', ARN: 'arn:aws:iam::{account}:role/{role}' },
      ],
    },
  ),
  write(
    'sts',
    'AssumeRole',
    6,
    { roleArn: 'arn:aws:iam::{account}:role/{role}', roleSessionName: '{person}', durationSeconds: 3600 },
    {
      credentials: {
        accessKeyId: 'ASIA{upper9}EXAMPLE',
        sessionToken: 'FwoGZXIvYXdzEXAMPLE{base380}=',
        expiration: '{time}',
      },
      assumedRoleUser: {
        assumedRoleId: 'AROA{principal}EXAMPLE:{person}',
        arn: 'arn:aws:sts::{account}:assumed-role/{role}/{person}',
      },
    },
    {
      resources: [
        { accountId: '{account}', type: 'AWS::IAM::Role', ARN: 'arn:aws:iam::{account}:role/{role}' },
      ],
    },
  ),
  read('sts', 'GetCallerIdentity', 30, null),
  // KMS
  read(
    'kms',
    'Decrypt',
    60,
    {
      encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      encryptionContext: { 'aws:s3:arn': 'arn:aws:s3:::{bucket}' },
    },
    { resources: keyOf },
  ),
  read(
    'kms',
    'Decrypt',
    25,
    {
      encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      encryptionContext: { PARAMETER_ARN: 'arn:aws:ssm:{region}:{account}:parameter{parameter}' },
    },
    { resources: keyOf, via: 'ssm.amazonaws.com' },
  ),
  read(
    'kms',
    'Decrypt',
    10,
    {
      encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      encryptionContext: { 'aws:s3:arn': 'arn:aws:s3:::{bucket}' },
    },
    { resources: keyOf, via: 'athena.amazonaws.com' },
  ),
  read(
    'kms',
    'GenerateDataKey',
    40,
    {
      keySpec: 'AES_256',
      encryptionContext: { 'aws:s3:arn': 'arn:aws:s3:::{bucket}' },
      keyId: 'arn:aws:kms:{region}:{account}:key/{kmskey}',
    },
    { resources: keyOf, by: 's3.amazonaws.com' },
  ),
  write(
    'kms',
    'CreateGrant',
    8,
    {
      keyId: 'arn:aws:kms:{region}:{account}:key/{kmskey}',
      operations: ['Decrypt', 'Encrypt', 'GenerateDataKey', 'CreateGrant', 'RetireGrant', 'DescribeKey'],
      granteePrincipal: 'rds.{region}.amazonaws.com',
      retiringPrincipal: 'rds.{region}.amazonaws.com',
      constraints: { encryptionContextSubset: { 'aws:rds:db-id': 'db-{upper26}' } },
    },
    { grantId: '{hex64}', keyId: 'arn:aws:kms:{region}:{account}:key/{kmskey}' },
    { resources: keyOf, via: 'rds.amazonaws.com' },
  ),
  // S3
  s3('GetBucketAcl', 40, { acl: '' }),
  s3('GetBucketLocation', 25, { location: '' }),
  s3('GetBucketPolicyStatus', 12, { policyStatus: '' }),
  s3('GetBucketPublicAccessBlock', 15, { publicAccessBlock: '' }),
  s3('GetBucketVersioning', 10, { versioning: '' }),
  s3('ListBuckets', 10, {}, { apiVersion: '2006-03-01' }),
  s3(
    'GetBucketLifecycle',
    8,
    { lifecycle: '' },
    { error: ['NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'] },
  ),
  s3('PutBucketPolicy', 3, { policy: '', bucketPolicy: JSON.parse(POLICY) }, { write: true }),
  s3(
    'GetObject',
    35,
    { key: '{product}/year=2026/month=01/part-{int900}-{uuid}.snappy.parquet' },
    {
      data: true,
      resources: [
        { type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::{bucket}/{product}/year=2026/month=01/{uuid}.parquet' },
        { accountId: '{account}', type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::{bucket}' },
      ],
    },
  ),
  s3(
    'PutObject',
    20,
    { key: 'exports/レポート/{person}/{hex32}.csv', 'x-amz-server-side-encryption': 'aws:kms' },
    {
      data: true,
      write: true,
      response: {
        'x-amz-server-side-encryption': 'aws:kms',
        'x-amz-server-side-encryption-aws-kms-key-id': 'arn:aws:kms:{region}:{account}:key/{kmskey}',
      },
    },
  ),
  s3(
    'GetObject',
    8,
    { key: 'athena-results/{query}.csv', 'x-amz-expected-bucket-owner': '{account}' },
    { data: true, via: 'athena.amazonaws.com' },
  ),
  // IAM
  read('iam', 'GetRole', 22, { roleName: '{role}' }),
  read('iam', 'GetUser', 14, { userName: '{person}' }),
  read('iam', 'ListRolePolicies', 14, { roleName: '{role}' }),
  read('iam', 'ListAttachedRolePolicies', 14, { roleName: '{role}' }),
  read('iam', 'GetPolicyVersion', 8, {
    policyArn: 'arn:aws:iam::{account}:policy/{product}-access',
    versionId: 'v3',
  }),
  write(
    'iam',
    'PutRolePolicy',
    2,
    { roleName: '{role}', policyName: 'inline-{product}', policyDocument: POLICY },
    null,
    { escaped: true },
  ),
  write(
    'iam',
    'CreateRole',
    2,
    {
      roleName: '{role}-{alnum6}',
      assumeRolePolicyDocument:
        '{\n  "Version": "2012-10-17",\n  "Statement": [\n    {\n      "Effect": "Allow",\n      "Principal": {\n        "Service": "lambda.amazonaws.com"\n      },\n      "Action": "sts:AssumeRole"\n    }\n  ]\n}',
    },
    {
      role: {
        path: '/',
        roleName: '{role}',
        roleId: 'AROA{upper9}EXAMPLE',
        arn: 'arn:aws:iam::{account}:role/{role}',
        createDate: 'Jan 5, 2026 10:12:55 AM',
        assumeRolePolicyDocument:
          '%7B%0A%20%20%22Version%22%3A%20%222012-10-17%22%2C%0A%20%20%22Statement%22%3A%20%5B%0A%20%20%20%20%7B%0A%20%20%20%20%20%20%22Effect%22%3A%20%22Allow%22%2C%0A%20%20%20%20%20%20%22Principal%22%3A%20%7B%0A%20%20%20%20%20%20%20%20%22Service%22%3A%20%22lambda.amazonaws.com%22%0A%20%20%20%20%20%20%7D%2C%0A%20%20%20%20%20%20%22Action%22%3A%20%22sts%3AAssumeRole%22%0A%20%20%20%20%7D%0A%20%20%5D%0A%7D',
      },
    },
  ),
  // Systems Manager, Secrets Manager
  read('ssm', 'GetParameter', 30, { name: '{parameter}', withDecryption: true }),
  read('ssm', 'GetParametersByPath', 18, {
    path: '/{product}/config',
    recursive: true,
    withDecryption: true,
    maxResults: 10,
  }),
  read('ssm', 'DescribeInstanceInformation', 10, {
    maxResults: 50,
    filters: [{ key: 'InstanceIds', values: ['{instance}', '{instance}', '{instance}', '{instance}'] }],
  }),
  write(
    'ssm',
    'UpdateInstanceInformation',
    45,
    {
      instanceId: '{instance}',
      agentVersion: '3.3.551.0',
      agentStatus: 'Active',
      platformType: 'Linux',
      platformName: 'Amazon Linux',
      platformVersion: '2023',
      iPAddress: '192.0.2.{int250}',
      computerName: 'ip-192-0-2-17.{region}.compute.internal',
      agentName: 'amazon-ssm-agent',
      availabilityZone: '{region}a',
      availabilityZoneId: 'euw1-az2',
      sSMConnectionChannel: 'ssmmessages',
    },
    null,
  ),
  write(
    'ssm',
    'PutParameter',
    3,
    {
      type: 'SecureString',
      name: '{parameter}',
      value: 'HIDDEN_DUE_TO_SECURITY_REASONS',
      description: 'größe & farbe = «{product}»',
      overwrite: true,
    },
    { version: '{int90}', tier: 'Standard' },
    { escaped: true },
  ),
  read('secretsmanager', 'GetSecretValue', 30, {
    secretId: 'arn:aws:secretsmanager:{region}:{account}:secret:{secret}',
    versionStage: 'AWSCURRENT',
  }),
  read('secretsmanager', 'DescribeSecret', 10, {
    secretId: 'arn:aws:secretsmanager:{region}:{account}:secret:{secret}',
  }),
  // Lambda, logs, CloudWatch
  read(
    'lambda',
    'GetFunction20150331v2',
    14,
    { functionName: 'arn:aws:lambda:{region}:{account}:function:{lambda}' },
    { apiVersion: '2015-03-31' },
  ),
  read(
    'lambda',
    'ListTags20170331',
    8,
    { resource: 'arn%3Aaws%3Alambda%3A{region}%3A{account}%3Afunction%3A{lambda}' },
    { apiVersion: '20170331' },
  ),
  write(
    'lambda',
    'UpdateFunctionCode20150331v2',
    3,
    {
      functionName: '{lambda}',
      s3Bucket: '{bucket}',
      s3Key: 'builds/{hex40}.zip',
      publish: false,
      dryRun: false,
    },
    {
      functionName: '{lambda}',
      functionArn: 'arn:aws:lambda:{region}:{account}:function:{lambda}',
      runtime: 'nodejs20.x',
      role: 'arn:aws:iam::{account}:role/{role}',
      handler: 'index.handler',
      codeSize: '{int9000000}',
      description: '',
      timeout: 30,
      memorySize: 512,
      lastModified: '{time}',
      codeSha256: '{base43}=',
      version: '$LATEST',
      vpcConfig: {
        subnetIds: ['{subnet}', '{subnet}'],
        securityGroupIds: ['{group}'],
        vpcId: '{vpc}',
        ipv6AllowedForDualStack: false,
      },
      environment: {},
      tracingConfig: { mode: 'Active' },
      revisionId: '{uuid}',
      state: 'Active',
      lastUpdateStatus: 'InProgress',
      lastUpdateStatusReason: 'The function is being created.',
      lastUpdateStatusReasonCode: 'Creating',
      packageType: 'Zip',
      architectures: ['arm64'],
      ephemeralStorage: { size: 512 },
      snapStart: { applyOn: 'None', optimizationStatus: 'Off' },
      loggingConfig: { logFormat: 'JSON', logGroup: '{loggroup}' },
    },
    { apiVersion: '20150331' },
  ),
  write(
    'logs',
    'CreateLogStream',
    35,
    { logGroupName: '{loggroup}', logStreamName: '2026/01/05/[$LATEST]{hex32}' },
    null,
    { apiVersion: '20140328' },
  ),
  read(
    'logs',
    'DescribeLogGroups',
    14,
    { logGroupNamePrefix: '{loggroup}', limit: 50 },
    { apiVersion: '20140328' },
  ),
  write(
    'logs',
    'StartQuery',
    6,
    {
      logGroupNames: ['{loggroup}', '{loggroup}'],
      startTime: '{epoch}',
      endTime: '{epoch}',
      queryString:
        "fields @timestamp, @message | filter @message like /ERROR/ and level = 'error' | stats count(*) as n by bin(5m) | sort @timestamp desc | limit 20",
    },
    { queryId: '{uuid}' },
    { apiVersion: '20140328', escaped: true },
  ),
  read('monitoring', 'DescribeAlarms', 20, {
    maxRecords: 100,
    alarmNamePrefix: 'TargetTracking-service/{cluster}/{product}-{env}-AlarmHigh-{kmskey}',
  }),
  read('monitoring', 'ListMetrics', 8, {
    namespace: 'AWS/Lambda',
    dimensions: [{ name: 'FunctionName', value: '{lambda}' }],
    recentlyActive: 'PT3H',
  }),
  // Databases, queues, containers
  read('rds', 'DescribeDBInstances', 20, {
    dBInstanceIdentifier: '{dbinstance}',
    filters: [],
    maxRecords: 100,
  }),
  read('rds', 'DescribeDBClusters', 10, {
    filters: [{ name: 'db-cluster-id', values: ['{dbinstance}-cluster'] }],
    includeShared: false,
  }),
  read(
    'dynamodb',
    'DescribeTable',
    22,
    { tableName: '{table}' },
    {
      apiVersion: '2012-08-10',
      resources: [
        {
          accountId: '{account}',
          type: 'AWS::DynamoDB::Table',
          ARN: 'arn:aws:dynamodb:{region}:{account}:table/{table}',
        },
      ],
    },
  ),
  read('sqs', 'GetQueueAttributes', 15, {
    attributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    queueUrl: 'https://sqs.{region}.amazonaws.com/{account}/{queue}',
  }),
  read(
    'ecr',
    'BatchGetImage',
    12,
    {
      repositoryName: '{repository}',
      registryId: '{account}',
      imageIds: [{ imageTag: '{hex40}' }],
      acceptedMediaTypes: [
        'application/vnd.docker.distribution.manifest.v1+json',
        'application/vnd.docker.distribution.manifest.v2+json',
        'application/vnd.oci.image.manifest.v1+json',
        'application/vnd.docker.distribution.manifest.list.v2+json',
        'application/vnd.oci.image.index.v1+json',
      ],
    },
    {
      resources: [{ accountId: '{account}', ARN: 'arn:aws:ecr:{region}:{account}:repository/{repository}' }],
    },
  ),
  read('ecr', 'GetDownloadUrlForLayer', 10, {
    repositoryName: '{repository}',
    registryId: '{account}',
    layerDigest: 'sha256:{hex64}',
  }),
  write(
    'ecs',
    'RegisterTaskDefinition',
    3,
    {
      family: '{product}-{env}',
      taskRoleArn: 'arn:aws:iam::{account}:role/{role}',
      executionRoleArn: 'arn:aws:iam::{account}:role/{role}',
      networkMode: 'awsvpc',
      containerDefinitions: [
        {
          name: 'app',
          image: '{account}.dkr.ecr.{region}.amazonaws.com/{repository}@sha256:{hex64}',
          cpu: 512,
          memory: 1024,
          portMappings: [{ containerPort: 8080, protocol: 'tcp' }],
          essential: true,
          environment: '***',
          secrets: [{ name: 'DB', valueFrom: 'arn:aws:secretsmanager:{region}:{account}:secret:{secret}' }],
          logConfiguration: {
            logDriver: 'awslogs',
            options: {
              'awslogs-group': '{loggroup}',
              'awslogs-region': '{region}',
              'awslogs-stream-prefix': 'app',
            },
          },
        },
      ],
      requiresCompatibilities: ['FARGATE'],
      cpu: '512',
      memory: '1024',
    },
    {
      taskDefinition: {
        taskDefinitionArn: 'arn:aws:ecs:{region}:{account}:task-definition/{product}-{env}:{int900}',
        family: '{product}-{env}',
        revision: '{int900}',
        status: 'ACTIVE',
        requiresAttributes: [
          { name: 'com.amazonaws.ecs.capability.logging-driver.awslogs' },
          { name: 'ecs.capability.secrets.asm.environment-variables' },
          { name: 'com.amazonaws.ecs.capability.docker-remote-api.1.19' },
          { name: 'ecs.capability.task-eni' },
        ],
        compatibilities: ['EC2', 'FARGATE'],
        runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
        registeredAt: 'Jan 5, 2026, 10:12:55 AM',
      },
    },
  ),
  read('ecs', 'DescribeServices', 16, {
    cluster: '{cluster}',
    services: ['{product}-{env}', '{product}-{env}'],
    include: [],
  }),
  write(
    'ecs',
    'SubmitTaskStateChange',
    10,
    {
      cluster: '{cluster}',
      task: 'arn:aws:ecs:{region}:{account}:task/{cluster}/{hex32}',
      status: 'RUNNING',
      containers: [],
      attachments: [],
      executionStoppedAt: '{epoch}',
    },
    { acknowledgment: 'ACK' },
  ),
  read(
    'elasticloadbalancing',
    'DescribeTargetHealth',
    25,
    { targetGroupArn: 'arn:aws:elasticloadbalancing:{region}:{account}:targetgroup/{product}-{env}/{hex16}' },
    { apiVersion: '2015-12-01' },
  ),
  read('autoscaling', 'DescribeAutoScalingGroups', 14, {
    autoScalingGroupNames: ['{product}-{env}-asg'],
    maxRecords: 100,
  }),
  read('cloudformation', 'DescribeStacks', 16, {
    stackName: 'arn:aws:cloudformation:{region}:{account}:stack/{stack}/{uuid}',
  }),
  read('cloudformation', 'DescribeStackEvents', 8, { stackName: '{stack}' }),
  write(
    'cloudformation',
    'CreateChangeSet',
    2,
    {
      stackName: '{stack}',
      changeSetName: 'release-{hex10}',
      changeSetType: 'UPDATE',
      templateURL: 'https://{bucket}.s3.{region}.amazonaws.com/{hex64}.json',
      capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
      parameters: [{ parameterKey: 'Image', parameterValue: '****' }],
      tags: [{ key: 'owner', value: '{person}' }],
      includeNestedStacks: false,
    },
    {
      id: 'arn:aws:cloudformation:{region}:{account}:changeSet/release/{uuid}',
      stackId: 'arn:aws:cloudformation:{region}:{account}:stack/{stack}/{uuid}',
    },
  ),
  // Glue and Lake Formation, also on behalf of Athena: the needle outside eventSource
  read(
    'glue',
    'GetTable',
    16,
    { databaseName: '{database}', name: '{table}', catalogId: '{account}' },
    { via: 'athena.amazonaws.com' },
  ),
  read(
    'glue',
    'GetPartitions',
    8,
    {
      catalogId: '{account}',
      databaseName: '{database}',
      tableName: '{table}',
      expression: "year = '2026' AND month >= '01'",
      excludeColumnSchema: true,
      segment: { segmentNumber: '{int10}', totalSegments: 10 },
    },
    { via: 'athena.amazonaws.com', escaped: true },
  ),
  read('glue', 'GetDatabases', 8, { catalogId: '{account}', maxResults: 100, attributesToGet: ['NAME'] }),
  read(
    'lakeformation',
    'GetDataAccess',
    6,
    {
      tableArn: 'arn:aws:glue:{region}:{account}:table/{database}/{table}',
      durationSeconds: 3600,
      permissions: ['SELECT'],
      supportedPermissionTypes: ['COLUMN_PERMISSION'],
      auditContext: { additionalAuditContext: '{queryId: {uuid}}' },
    },
    {
      via: 'athena.amazonaws.com',
      extra: {
        requesterService: 'ATHENA',
        lakeFormationPrincipal: 'arn:aws:iam::{account}:role/{role}',
        lakeFormationRoleSessionName: 'AWSLF-00-AT-{account}-{alnum10}',
      },
    },
  ),
  // Sign-in, organization, security
  write(
    'signin',
    'ConsoleLogin',
    3,
    null,
    { ConsoleLogin: 'Success' },
    {
      extra: {
        LoginTo: 'https://console.aws.amazon.com/console/home?state=hashArgs%23&isauthcode=true',
        MobileVersion: 'No',
        MFAUsed: 'Yes',
      },
    },
  ),
  read('organizations', 'ListAccounts', 3, { maxResults: 20 }),
  read('cloudtrail', 'LookupEvents', 8, {
    maxResults: 50,
    lookupAttributes: [{ attributeKey: 'EventName', attributeValue: 'ConsoleLogin' }],
  }),
  read('cloudtrail', 'GetTrailStatus', 8, {
    name: 'arn:aws:cloudtrail:{region}:111122223333:trail/organization-trail',
  }),
  read('guardduty', 'ListFindings', 6, {
    detectorId: '{hex32}',
    findingCriteria: { criterion: { 'service.archived': { eq: ['false'] }, severity: { gte: 4 } } },
    maxResults: 50,
  }),
  write(
    'config',
    'PutEvaluations',
    10,
    {
      evaluations: [
        {
          complianceResourceType: 'AWS::EC2::SecurityGroup',
          complianceResourceId: '{group}',
          complianceType: 'NON_COMPLIANT',
          annotation: 'port 22 open <0.0.0.0/0>',
          orderingTimestamp: 'Jan 5, 2026, 10:12:55 AM',
        },
      ],
      resultToken: '{base400}',
      testMode: false,
    },
    { failedEvaluations: [] },
    { escaped: true },
  ),
  read('health', 'DescribeEventAggregates', 8, {
    aggregateField: 'eventTypeCategory',
    filter: { eventStatusCodes: ['open', 'upcoming'], startTimes: [{ from: 'Dec 29, 2025, 10:12:55 AM' }] },
  }),
  read('tagging', 'GetResources', 8, {
    resourcesPerPage: 100,
    paginationToken: '{base300}',
    tagFilters: [{ key: 'service', values: ['{product}'] }],
    resourceTypeFilters: ['lambda:function', 'ec2:instance', 'rds:db'],
  }),
  read('ce', 'GetCostAndUsage', 4, {
    timePeriod: { start: '2026-01-01', end: '2026-01-31' },
    granularity: 'DAILY',
    metrics: ['UnblendedCost'],
    groupBy: [{ type: 'DIMENSION', key: 'SERVICE' }],
    filter: { not: { dimensions: { key: 'RECORD_TYPE', values: ['Credit', 'Refund'] } } },
  }),
  // Failures
  read(
    'ec2',
    'DescribeInstances',
    5,
    { instancesSet: {}, filterSet: {} },
    {
      error: [
        'Client.UnauthorizedOperation',
        'You are not authorized to perform this operation. User: arn:aws:sts::{account}:assumed-role/{role}/{person} is not authorized to perform: ec2:DescribeInstances because no identity-based policy allows the ec2:DescribeInstances action',
      ],
    },
  ),
  read(
    'ec2',
    'RunInstances',
    2,
    {
      instancesSet: { items: [{ imageId: '{ami}', minCount: 4, maxCount: 4 }] },
      instanceType: 'p4d.24xlarge',
    },
    {
      write: true,
      error: [
        'Client.UnauthorizedOperation',
        'You are not authorized to perform this operation. Encoded authorization failure message: {base700}',
      ],
    },
  ),
  read(
    's3',
    'GetBucketAcl',
    5,
    { bucketName: '{bucket}', Host: '{bucket}.s3.{region}.amazonaws.com', acl: '' },
    { extra: s3Extra, error: ['AccessDenied', 'Access Denied'] },
  ),
  read(
    'lambda',
    'GetFunction20150331v2',
    4,
    { functionName: '{lambda}-missing' },
    {
      error: [
        'ResourceNotFoundException',
        'Function not found: arn:aws:lambda:{region}:{account}:function:{lambda}-missing',
      ],
    },
  ),
];

const context = { database: '{database}', catalog: 'AwsDataCatalog' };
const results = {
  outputLocation: 's3://{bucket}/athena-results/',
  encryptionConfiguration: {
    encryptionOption: 'SSE_KMS',
    kmsKey: 'arn:aws:kms:{region}:{account}:key/{kmskey}',
  },
};
const athena = (name: string, share: number, request: object, more: Partial<EventKind> = {}): EventKind => ({
  source: 'athena',
  name,
  share,
  request,
  ...more,
});

/** Athena: mostly queries that start. */
export const ATHENA_KINDS: readonly EventKind[] = [
  athena(
    'StartQueryExecution',
    34,
    {
      queryString: '***OMITTED***',
      clientRequestToken: '{uuid}',
      queryExecutionContext: context,
      resultConfiguration: results,
      workGroup: '{workgroup}',
    },
    { write: true, response: { queryExecutionId: '{uuid}' } },
  ),
  athena(
    'StartQueryExecution',
    14,
    {
      queryString: '***OMITTED***',
      clientRequestToken: '{uuid}',
      queryExecutionContext: context,
      workGroup: '{workgroup}',
      resultReuseConfiguration: { resultReuseByAgeConfiguration: { enabled: true, maxAgeInMinutes: 60 } },
    },
    { write: true, response: { queryExecutionId: '{uuid}' } },
  ),
  athena(
    'StartQueryExecution',
    6,
    {
      queryString:
        "SELECT o.id, o.total FROM {database}.{table} o WHERE o.day >= date '2026-01-01' AND o.city = 'Zürich' LIMIT 100",
      clientRequestToken: '{uuid}',
      resultConfiguration: { outputLocation: 's3://{bucket}/athena-results/' },
    },
    { write: true, escaped: true, response: { queryExecutionId: '{uuid}' } },
  ),
  athena(
    'StartQueryExecution',
    5,
    {
      queryString: '***OMITTED***',
      clientRequestToken: '{uuid}',
      queryExecutionContext: context,
      workGroup: '{workgroup}',
    },
    { write: true, via: 'quicksight.amazonaws.com', response: { queryExecutionId: '{uuid}' } },
  ),
  athena(
    'StartQueryExecution',
    3,
    { queryString: '***OMITTED***', clientRequestToken: '{uuid}', workGroup: '{workgroup}' },
    { write: true, error: ['InvalidRequestException', 'Unable to verify/create output bucket {bucket}'] },
  ),
  athena('GetQueryExecution', 12, { queryExecutionId: '{query}' }),
  athena('GetQueryResults', 10, { queryExecutionId: '{query}', maxResults: 1000 }, { data: true }),
  athena('BatchGetQueryExecution', 4, {
    queryExecutionIds: ['{query}', '{query}', '{query}', '{query}', '{query}', '{query}'],
  }),
  athena('GetWorkGroup', 4, { workGroup: '{workgroup}' }),
  athena('ListQueryExecutions', 3, { workGroup: '{workgroup}', maxResults: 50 }),
  athena('StopQueryExecution', 1, { queryExecutionId: '{query}' }, { write: true }),
  athena(
    'CreateNamedQuery',
    1,
    {
      name: 'données {product}',
      description: 'by {person}',
      database: '{database}',
      queryString: '***OMITTED***',
      clientRequestToken: '{uuid}',
      workGroup: '{workgroup}',
    },
    { write: true, response: { namedQueryId: '{uuid}' } },
  ),
  athena(
    'CreatePreparedStatement',
    1,
    {
      statementName: 'by_{product}',
      workGroup: '{workgroup}',
      queryStatement: '***OMITTED***',
      description: '',
    },
    { write: true },
  ),
  athena('GetTableMetadata', 2, {
    catalogName: 'AwsDataCatalog',
    databaseName: '{database}',
    tableName: '{table}',
  }),
];
