import type { StartQueryExecutionCommandInput } from '@aws-sdk/client-athena';

/** Where Athena puts what it answers, and how. */
export type AthenaResults = {
  /** `s3://bucket/prefix/`; undefined: where the workgroup says. */
  readonly results: string | undefined;
  /** Account that must own the bucket. */
  readonly expectedOwner?: string | undefined;
  readonly kmsKey?: string | undefined;
};

type Asked = Pick<StartQueryExecutionCommandInput, 'ResultConfiguration'>;

/** Nothing where the workgroup says: one that manages results itself takes no word about them. */
export function resultsAsked({ results, expectedOwner, kmsKey }: AthenaResults): Asked {
  if (results === undefined) return {};
  const encryption = { EncryptionOption: 'SSE_KMS', KmsKey: kmsKey } as const;
  return {
    ResultConfiguration: {
      OutputLocation: results,
      ...(expectedOwner !== undefined && { ExpectedBucketOwner: expectedOwner }),
      ...(kmsKey !== undefined && { EncryptionConfiguration: encryption }),
    },
  };
}
