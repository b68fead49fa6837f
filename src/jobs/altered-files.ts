import { TABLE_NAMES } from '../lake/tables.js';
import type { LakeEvidence, NotedFile } from '../ports/lake-evidence.js';
import type { StoredFiles } from '../ports/stored-files.js';
import { daysBetween } from '../report/calendar.js';
import type { Altered, Report } from '../report/report.js';
import { isReadBy } from './held-data.js';

const AT_ONCE = 16;
/** How many are named: all are counted. */
const MOST_NAMED = 5;

/**
 * Which of some data files are not as they were committed: their bytes are others, or they are not there.
 * @throws AuditLakeError what `stored` throws
 */
export async function alteredAmong(
  stored: StoredFiles,
  files: readonly NotedFile[],
): Promise<ReadonlySet<string>> {
  const altered = new Set<string>();
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const some = files.slice(at, at + AT_ONCE).map(async ({ path, sha256 }) => {
      if ((await stored.sha256Of(path)) !== sha256) altered.add(path);
    });
    await Promise.all(some);
  }
  return altered;
}

/** Counts altered files, and keeps the names of the first. */
export class AlteredCount {
  readonly #first: string[] = [];
  #files = 0;

  add(paths: Iterable<string>): void {
    for (const path of [...paths].sort()) {
      this.#files++;
      if (this.#first.length < MOST_NAMED) this.#first.push(path);
    }
  }

  altered(): Altered {
    return { files: this.#files, first: this.#first };
  }
}

/**
 * The altered among the data files that a report of a period is made from. Reads each of them in a folder; in S3 a request each.
 * @throws AuditLakeError LAKE_FORMAT, AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED
 */
export async function alteredFiles(
  { evidence, stored }: { readonly evidence: Pick<LakeEvidence, 'partitions'>; readonly stored: StoredFiles },
  period: Report['period'],
): Promise<Altered> {
  const days = new Set(daysBetween(period));
  const count = new AlteredCount();
  for (const table of [...TABLE_NAMES].sort())
    for await (const partition of evidence.partitions(table))
      if (isReadBy(days, partition)) count.add(await alteredAmong(stored, partition.files));
  return count.altered();
}
