import type { ResolvePorts } from '../jobs/resolve-queries.js';
import { lakeKeeping } from '../lake/lake-file.js';
import { orLakeMissing } from './missing-lake.js';
import type { QueryTexts } from './query-texts.js';
import { realTime } from './real-time.js';
import { mustBeOurs, type S3Lake, type S3LakeSettings, s3Lake } from './s3-lake.js';

/**
 * A lake in S3 whose open queries may be asked about, by the command line and by the Lambda; nothing is made.
 * @throws AuditLakeError LAKE_MISSING, LAKE_FORMAT, TEXT_MODE; AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function openS3ForResolving(
  settings: S3LakeSettings,
  texts: QueryTexts,
): Promise<{ readonly lake: S3Lake; readonly ports: ResolvePorts }> {
  const lake = s3Lake(settings);
  await orLakeMissing(settings, () => mustBeOurs(lake));
  const kept = { datasets: [], privacy: texts.privacy };
  lakeKeeping((await lake.lakeFile.read())?.lake, kept, realTime.now());
  const { state, store: bundles, newBundleId } = lake;
  const { queries, known } = state;
  return { lake, ports: { state, bundles, newBundleId, queries, history: texts.over(known) } };
}
