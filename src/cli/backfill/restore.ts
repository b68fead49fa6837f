import type { StoredPlan } from '../../backfill/plan.js';
import type { Config } from '../../config.js';
import { type RestoreReport, restoreArchived } from '../../jobs/restore-archived.js';
import type { RestoreTerms } from '../../ports/restorer.js';
import { counted, formatCount } from '../../shown/units.js';
import { listAheadOf, openArchive } from '../../wiring/archive.js';
import { openLakeAsItIs } from '../../wiring/lake-as-it-is.js';
import { s3Restorer } from '../../wiring/s3-source.js';
import { failureLines, moreLines } from '../failure-lines.js';
import { targetOf } from '../s3-lake-of.js';
import { archiveSourceOf, notInS3 } from './arguments.js';

type RestoreRun = {
  readonly stored: StoredPlan;
  readonly config: Config;
  readonly lake: string;
  readonly terms: RestoreTerms;
  readonly isStopped: () => boolean;
};

/** Asks S3 for the log files of a plan that lie in an archive class. @throws AuditLakeError USAGE, and all of disposition `stop` */
export async function restoreRun({ stored, config, lake, ...run }: RestoreRun): Promise<RestoreReport> {
  const { plan, slices } = stored;
  const source = await archiveSourceOf(plan.sources, config, lake);
  const { reading } = source;
  if (reading.kind !== 's3') throw notInS3();
  const archive = await openArchive(source, lake);
  const listAhead = listAheadOf(source);
  const restorer = s3Restorer(reading.settings);
  const { scope, datasets } = plan;
  const state = await openLakeAsItIs(targetOf(config, lake));
  try {
    const planned = { slices: slices(), archive, listAhead, scope, datasets, ledger: state?.ledger };
    return await restoreArchived({ ...run, ...planned, restorer });
  } finally {
    await state?.close();
  }
}

/** What was asked for, and what was not. */
export function restoredText(
  { asked, already, notOffered, failed, failures }: RestoreReport,
  { tier, days }: RestoreTerms,
): string {
  const terms = `tier ${tier}, for ${counted(days, 'day')}`;
  const lines = [
    `Asked S3 to restore ${counted(asked, 'log file')} (${terms}); ${formatCount(already)} were asked for before.`,
    ...(notOffered > 0
      ? [
          `Left out   ${counted(notOffered, 'log file')} in Deep Archive, which ${tier} does not restore: take Standard or Bulk.`,
        ]
      : []),
    ...failureLines('failed     ', failures),
    ...moreLines('failed     ', failed),
  ];
  return `${lines.join('\n')}\n`;
}
