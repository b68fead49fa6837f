import { Command } from 'commander';
import type { Io } from '../io.js';
import { backfillPlanCommand } from './backfill-plan.js';
import { backfillRunCommand } from './backfill-run.js';
import { backfillStatusCommand, backfillWatchCommand } from './backfill-status.js';

/** `audit-lake backfill`: years of archived log files. Returns exit codes by `exit`. */
export function backfillCommand(io: Io, exit: (code: number) => void): Command {
  return new Command('backfill')
    .summary('bring years of archived log files into a lake')
    .description(
      'Brings years of archived log files into a lake: first what it takes, then bit by bit, and on where it was.',
    )
    .addCommand(backfillPlanCommand(io, exit))
    .addCommand(backfillRunCommand(io, exit))
    .addCommand(backfillStatusCommand(io, exit))
    .addCommand(backfillWatchCommand(io, exit));
}
