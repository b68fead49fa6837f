import type { AthenaResults } from '../adapters/aws/athena-results.js';

export type ResultsSettings = {
  /** `s3://bucket/prefix` */
  readonly lake: string;
  /** Where Athena puts what it answers: `s3://bucket/prefix/`, or `workgroup`: where the workgroup says. */
  readonly results: string;
  readonly lakeOwner?: string | undefined;
  readonly kmsKey?: string | undefined;
};

/** The word of the setting. */
const WORK_GROUP_SAYS = 'workgroup';

/** Results in the lake's own bucket get the same owner and the same key; of another bucket neither is known. */
export function athenaResults({ lake, results, lakeOwner, kmsKey }: ResultsSettings): AthenaResults {
  const place = results === WORK_GROUP_SAYS ? undefined : results;
  if (bucketOf(results) !== bucketOf(lake)) return { results: place };
  return { results: place, expectedOwner: lakeOwner, kmsKey };
}

const bucketOf = (location: string) => /^s3:\/\/([^/]+)/.exec(location)?.[1];
