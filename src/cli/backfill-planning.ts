import { planId } from '../backfill/plan-id.js';
import type { Scope } from '../backfill/scope.js';
import type { Config } from '../config.js';
import { planBackfill } from '../jobs/plan-backfill.js';
import type { StoredPlan } from '../ports/plan-store.js';
import { openArchive } from '../wiring/archive.js';
import { openLakeAsItIs } from '../wiring/lake-as-it-is.js';
import { openPlanStore } from '../wiring/plan-store.js';
import { realTime } from '../wiring/real-time.js';
import { absolute, archiveSourceOf } from './backfill-arguments.js';
import type { Io } from './io.js';
import { showCounting } from './progress.js';
import { targetOf } from './s3-lake-of.js';

/** What is planned: the arguments of a command. */
export type Planning = {
  readonly sources: readonly string[];
  readonly scope: Scope;
  readonly inventory: string | undefined;
  readonly config: Config;
  readonly lake: string;
  readonly quiet: boolean;
};

/** Makes a plan, and writes it into the lake. @throws AuditLakeError NO_LOG_FILES, and all of disposition `stop` */
export async function makePlan(planning: Planning, io: Io): Promise<StoredPlan> {
  const { sources, scope, inventory, config, lake, quiet } = planning;
  const target = targetOf(config, lake);
  const archive = await openArchive(await archiveSourceOf(sources, config, lake), lake, inventory);
  const made = realTime.now();
  const datasets = config.datasets.map(({ name }) => name);
  const head = {
    ...{ id: planId(made, realTime.random), made, lake: absolute(lake) },
    ...{ sources: sources.map(absolute).sort(), scope, datasets, inventory },
  };
  const state = await openLakeAsItIs(target);
  let files = 0;
  const stop = await showCounting(io, quiet, () => files);
  try {
    const onCounted = (more: number) => {
      files += more;
    };
    const { plan, slices } = await planBackfill({ archive, head, ledger: state?.ledger, onCounted });
    const store = await openPlanStore(target);
    return await store.read(await store.write(plan, slices));
  } finally {
    stop();
    await state?.close();
  }
}
