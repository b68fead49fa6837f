import type { Config } from '../config.js';
import { openSaved } from '../jobs/open-saved.js';
import { type ResolveReport, resolveQueries } from '../jobs/resolve-queries.js';
import { lakePrivacy } from '../wiring/lake-privacy.js';
import { openQueryTexts, patiently } from '../wiring/query-texts.js';
import { realTime } from '../wiring/real-time.js';
import type { Registered } from '../wiring/register-now.js';
import { openForResolving } from '../wiring/resolving.js';
import { savedHistory } from '../wiring/saved-history.js';
import type { Io } from './io.js';
import { warning } from './query-text-warnings.js';
import { athenaHistoryOf, targetOf } from './s3-lake-of.js';

type ResolveRunOptions = {
  readonly lake: string;
  /** A file of saved answers. */
  readonly queryHistory: string | undefined;
  readonly isStopped: () => boolean;
};

/**
 * Asks about every open query now, and about those that a saved history tells and the lake does not know.
 * @throws AuditLakeError of disposition `stop`
 */
export async function resolveRun(
  config: Config,
  { lake, queryHistory, isStopped }: ResolveRunOptions,
  io: Io,
): Promise<{ readonly report: ResolveReport; readonly registered?: Registered | undefined }> {
  const saved = await savedHistory(queryHistory);
  const target = targetOf(config, lake);
  const privacy = await lakePrivacy(target, config);
  const tell = (...told: Parameters<typeof warning>) => io.err(warning(...told));
  const texts = await openQueryTexts(patiently(athenaHistoryOf(config)), {
    ...{ file: saved, privacy, tell },
    until: () => (isStopped() ? 0 : Number.POSITIVE_INFINITY),
  });
  try {
    await texts.mustBeSomebody();
    const { ports, known, follow, release } = await openForResolving(target, texts, isStopped);
    try {
      if (saved) await openSaved(saved.told(), known, ports.queries);
      const run = { now: realTime.now, all: true, textMode: privacy.mode, mayStart: () => !isStopped() };
      const report = await resolveQueries(ports, run);
      return { report, registered: report.dataFiles > 0 ? await follow() : undefined };
    } finally {
      await release();
    }
  } finally {
    texts.close();
  }
}
