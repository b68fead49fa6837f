import type { TextMode } from '../datasets/text-privacy.js';
import type { ResolvePorts } from '../jobs/resolve-queries.js';
import type { PrivacySettings } from '../lake/lake-file.js';
import type { AthenaHistoryRun, AthenaHistorySettings } from './athena-history.js';
import { lakeNotSet } from './missing-lake.js';
import { openQueryTexts, patiently } from './query-texts.js';
import { realTime } from './real-time.js';
import type { S3LakeSettings } from './s3-lake.js';
import { lakePrivacyInS3 } from './s3-lake-privacy.js';
import { openS3ForResolving } from './s3-resolving.js';

/** The settings of the Lambda. */
export type NotifiedResolverSettings = AthenaHistorySettings &
  PrivacySettings & {
    readonly [name in keyof S3LakeSettings]: S3LakeSettings[name] | undefined;
  };

/** What the handler needs to ask again about open queries. */
export type NotifiedResolver = {
  readonly ports: ResolvePorts;
  readonly textMode: TextMode;
  readonly now: () => number;
  /** How many milliseconds there are to wait for query texts. */
  readonly hasLeft: (left: () => number) => void;
};

/** Opens a lake in S3 that is there already. @throws AuditLakeError USAGE (no lake in S3), LAKE_MISSING, TEXT_MODE, ... */
export async function openNotifiedResolver(
  settings: NotifiedResolverSettings,
  tell: AthenaHistoryRun['tell'],
): Promise<NotifiedResolver> {
  const { lake, stateTable } = settings;
  if (lake === undefined || stateTable === undefined) throw lakeNotSet();
  // An instance works on one event at a time.
  let patience = () => 0;
  const target = { ...settings, lake, stateTable };
  const privacy = await lakePrivacyInS3(target, settings);
  const until = () => realTime.now() + patience();
  const texts = await openQueryTexts(patiently(settings), { tell, until, privacy });
  const { ports } = await openS3ForResolving(target, texts);
  // Which account is `self`: until it is known, nobody is taken for a stranger. What fails is told by the history.
  await texts.mustBeSomebody().catch(() => undefined);
  return {
    ports,
    textMode: privacy.mode,
    now: realTime.now,
    hasLeft: (left) => {
      patience = left;
    },
  };
}
