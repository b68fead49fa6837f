import type { AthenaResults } from '../adapters/aws/athena-results.js';

export type ResultsSettings = {
  /** Where Athena puts what it answers: `s3://bucket/prefix/`, or `workgroup`: where the workgroup says. */
  readonly results: string;
  readonly lakeOwner?: string | undefined;
  readonly kmsKey?: string | undefined;
};

/** The word of the setting. */
const WORK_GROUP_SAYS = 'workgroup';

/** Results hold what the lake holds: they get the same owner and the same key. */
export function athenaResults({ results, lakeOwner, kmsKey }: ResultsSettings): AthenaResults {
  const place = results === WORK_GROUP_SAYS ? undefined : results;
  return { results: place, expectedOwner: lakeOwner, kmsKey };
}
