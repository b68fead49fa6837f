import { open, readdir, stat, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Plan, PlanHead, PlannedSlice, StoredPlan } from '../../backfill/plan.js';
import { isPlanId, planFileName, planIds } from '../../backfill/plan-id.js';
import { inPieces } from '../../backfill/plan-lines.js';
import { DAY_MS } from '../../cloudtrail/event-time.js';
import { AuditLakeError, messageOf } from '../../errors.js';
import { META } from '../../lake/names.js';
import type { PlanStore } from '../../ports/plan-store.js';
import { writeWhole } from './lake-folder.js';
import { isSystemError } from './system-error.js';

/** The plans of a lake in a folder, which need not be there yet. Writing one needs no lock and makes no lake. */
export class FsPlanStore implements PlanStore {
  readonly #folder: string;

  constructor(lake: string) {
    this.#folder = join(resolve(lake), META.plansFolder);
  }

  /** Written beside, not in the lake's folder for temporary files: a writer who begins takes away what lies there. */
  async write(plan: Plan, slices: Iterable<PlannedSlice>): Promise<string> {
    const { planLines } = await import('../../backfill/plan-file.js');
    const path = this.locationOf(plan.id);
    await this.#takeAwayLeftovers(plan.made - DAY_MS);
    await writeWhole(path, `${path}.new`, inPieces(planLines(plan, slices)));
    return path;
  }

  async read(named: string): Promise<StoredPlan> {
    const path = await this.#find(named);
    const { readPlanFile } = await import('../../backfill/plan-file.js');
    return readPlanFile(() => chunksOf(path), path);
  }

  async head(named: string): Promise<PlanHead> {
    const path = await this.#find(named);
    const { readPlanHead } = await import('../../backfill/plan-file.js');
    return readPlanHead(() => chunksOf(path), path);
  }

  async ids(): Promise<readonly string[]> {
    const names = await readdir(this.#folder).catch((error: unknown) => {
      if (isSystemError(error, 'ENOENT')) return [];
      throw new AuditLakeError('USAGE', `cannot list ${this.#folder}: ${messageOf(error)}`, error);
    });
    return planIds(names);
  }

  locationOf(id: string): string {
    return join(this.#folder, planFileName(id));
  }

  /** Of a process that was killed while it wrote: nobody writes one plan for a day. They may be large. */
  async #takeAwayLeftovers(before: number): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names.filter((it) => /\.jsonl\.new$/.test(it))) {
      const path = join(this.#folder, name);
      const isOld = await stat(path).then(
        ({ mtimeMs }) => mtimeMs < before,
        () => false,
      );
      // Ignored wherever it stays: a plan has another name.
      if (isOld) await unlink(path).catch(() => undefined);
    }
  }

  /** The path of a plan of this lake, or of a plan file anywhere on this machine. @throws AuditLakeError USAGE */
  async #find(named: string): Promise<string> {
    if (!isPlanId(named)) return resolve(named);
    if ((await this.ids()).includes(named)) return this.locationOf(named);
    const message = `there is no plan ${named} in ${this.#folder}: \`audit-lake backfill status\` lists those that are`;
    throw new AuditLakeError('USAGE', message);
  }
}

/** @throws AuditLakeError USAGE where the file cannot be read */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    // A stream closes its file when it is left early.
    yield* file.createReadStream();
  } catch (error) {
    throw error instanceof AuditLakeError ? error : unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): AuditLakeError {
  const message = isSystemError(error, 'ENOENT')
    ? `there is no plan ${path}: make one with \`audit-lake backfill plan\``
    : `cannot read the plan ${path}: ${messageOf(error)}`;
  return new AuditLakeError('USAGE', message, error);
}
