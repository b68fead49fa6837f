import { constants, existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isLake } from '../adapters/local/lake-folder.js';
import { AuditLakeError, messageOf } from '../errors.js';
import { type Finding, runChecks } from '../jobs/run-checks.js';
import type { Check } from '../ports/access-check.js';
import { openLakeForReading, openLakeForWriting } from './local.js';

/**
 * Looks at a lake in a folder: whether its state opens, and whether it can be written now. The writer's place is taken
 * for a moment, as an ingest does it.
 */
export function examineFolder(folder: string): AsyncGenerator<Finding> {
  const root = resolve(folder);
  return runChecks(isLake(root) ? lakeChecks(root) : [newLakeCheck(root)]);
}

function lakeChecks(root: string): readonly Check[] {
  const read = async () => {
    const { days, close } = await openLakeForReading(root);
    await close();
    return `${root}, partitions: ${days.length}`;
  };
  const write = async () => {
    const { release } = await openLakeForWriting(root, { datasets: [], waitSeconds: 0 });
    await release();
    return 'nobody else writes to it';
  };
  return [
    { name: 'lake', needs: [], steps: [{ run: read }] },
    { name: 'writing', needs: ['lake'], steps: [{ run: write }] },
  ];
}

/** The lake is made in the nearest folder that is there. */
function newLakeCheck(root: string): Check {
  const run = async () => {
    let above = root;
    while (!existsSync(above) && dirname(above) !== above) above = dirname(above);
    await access(above, constants.W_OK | constants.X_OK).catch((error: unknown) => {
      throw new AuditLakeError('LAKE_WRITE_FAILED', `cannot make a lake: ${messageOf(error)}`, error);
    });
    return `${root} is not there yet: the first ingest makes it`;
  };
  return { name: 'lake', needs: [], steps: [{ run }] };
}
