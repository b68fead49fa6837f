import type { Config } from '../config.js';
import { AuditLakeError } from '../errors.js';
import { openSaved } from '../jobs/open-saved.js';
import { type ResolveReport, resolveQueries } from '../jobs/resolve-queries.js';
import { SETTINGS } from '../settings.js';
import { openQueryTexts } from '../wiring/query-texts.js';
import { realTime } from '../wiring/real-time.js';
import type { Registered } from '../wiring/register-now.js';
import { openForResolving } from '../wiring/resolving.js';
import { savedHistory } from '../wiring/saved-history.js';
import type { Io } from './io.js';
import { warning } from './query-text-warnings.js';
import { queryTextsOf, targetOf } from './s3-lake-of.js';

export type ResolveRunOptions = {
  readonly lake: string;
  /** A file of saved answers. */
  readonly queryHistory: string | undefined;
  readonly isStopped: () => boolean;
};

/**
 * Asks about every open query now, and about those that a saved history tells and the lake does not know.
 * @throws AuditLakeError USAGE where nobody may be asked; of disposition `stop`
 */
export async function resolveRun(
  config: Config,
  { lake, queryHistory, isStopped }: ResolveRunOptions,
  io: Io,
): Promise<{ readonly report: ResolveReport; readonly registered?: Registered | undefined }> {
  mustAskSomebody(config, queryHistory);
  const saved = await savedHistory(queryHistory);
  const settings = queryTextsOf(config);
  const tell = (...told: Parameters<typeof warning>) => io.err(warning(...told));
  const texts = await openQueryTexts(settings, { file: saved, tell });
  try {
    const { ports, known, follow, release } = await openForResolving(
      targetOf(config, lake),
      texts,
      isStopped,
    );
    try {
      if (saved) await openSaved(saved.told(), known, ports.queries);
      const textMode = config.queryText.mode;
      const run = { now: realTime.now, all: true, textMode, mayStart: () => !isStopped() };
      const report = await resolveQueries(ports, run);
      return { report, registered: report.dataFiles > 0 ? await follow() : undefined };
    } finally {
      await release();
    }
  } finally {
    texts.close();
  }
}

/** Without an answer nothing could end but what Athena has forgotten, and each try would only put off the next. */
function mustAskSomebody({ queryAccounts }: Config, queryHistory: string | undefined): void {
  if (queryAccounts.length > 0 || queryHistory !== undefined) return;
  const { flag, env, key } = SETTINGS.queryAccounts;
  const accounts = `accounts whose Athena may be asked (${flag} self, or ${env}, or ${key} in audit-lake.yaml)`;
  throw new AuditLakeError('USAGE', `nobody may be asked: name ${accounts}, or --query-history <json>`);
}
