import { type RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import type { Construct } from 'constructs';
import type { Lake } from './lake.js';
import { NAMED_QUERIES } from './named-queries.js';

type WorkGroupProps = {
  readonly lake: Lake;
  /** Of the database, which its queries begin in, and of itself. */
  readonly name: string;
  readonly bytesScannedCutoff: Size | undefined;
  readonly removalPolicy: RemovalPolicy;
};

/** 5 USD a TB. */
const THIRD_OF_A_DOLLAR = Size.gibibytes(64);

/** The workgroup of those who ask: its settings hold whatever a client wishes, and its results lie in the lake. */
export function workGroup(scope: Construct, props: WorkGroupProps): CfnWorkGroup {
  const { lake, name, bytesScannedCutoff = THIRD_OF_A_DOLLAR, removalPolicy } = props;
  const group = new CfnWorkGroup(scope, 'WorkGroup', {
    name,
    description: 'Who queried what, when, and from where (audit-lake)',
    // Athena deletes none that remembers queries otherwise, and maintenance has run some: a rollback would end here.
    recursiveDeleteOption: true,
    workGroupConfiguration: {
      enforceWorkGroupConfiguration: true,
      publishCloudWatchMetricsEnabled: true,
      bytesScannedCutoffPerQuery: bytesScannedCutoff.toBytes(),
      engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
      resultConfiguration: {
        outputLocation: `s3://${lake.bucket.bucketName}/${lake.results}`,
        expectedBucketOwner: Stack.of(scope).account,
        encryptionConfiguration: lake.encryptionKey
          ? { encryptionOption: 'SSE_KMS', kmsKey: lake.encryptionKey.keyArn }
          : { encryptionOption: 'SSE_S3' },
      },
    },
  });
  group.applyRemovalPolicy(removalPolicy);
  for (const { id, title, meaning, sql } of NAMED_QUERIES) {
    const query = new CfnNamedQuery(scope, `Query${id}`, {
      name: title,
      description: meaning,
      database: name,
      workGroup: name,
      queryString: sql,
    });
    query.addResourceDependency(group);
  }
  return group;
}
