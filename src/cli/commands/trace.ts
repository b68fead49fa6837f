import { Command } from 'commander';
import { readConfig } from '../../config.js';
import { MOMENT_GRAMMAR } from '../../questions/moment.js';
import { realTime } from '../../wiring/real-time.js';
import type { QueryDoors } from '../asked-engine.js';
import { engineOptions } from '../engine-options.js';
import type { Io } from '../io.js';
import { rawTraceOptions } from '../trace-raw.js';
import { runTrace, STANDARD_DAYS, type TraceFlags } from '../trace-run.js';

const EXAMPLES = `
Examples:
  $ audit-lake trace bob --lake ./lake
  $ audit-lake trace AKIAIOSFODNN7EXAMPLE --lake ./lake --from 2026-07-01 --to 2026-10-01 --output csv > key.csv
  $ audit-lake trace arn:aws:iam::111122223333:role/devops --lake ./lake --html devops.html
  $ audit-lake trace jane@example.com --lake s3://amzn-s3-demo-lake/audit --from 7d
  $ audit-lake trace bob --lake s3://amzn-s3-demo-lake/audit --raw --raw-table cloudtrail_logs \\
      --raw-source s3://amzn-s3-demo-bucket/AWSLogs/ --from 2025-01-01 --dry-run

A time is UTC: ${MOMENT_GRAMMAR}. A lake tells of roles and keys where it keeps cloudtrail_events.`;

type TraceCommand = { readonly doors: QueryDoors; readonly version: string };

/** `audit-lake trace`: from a person to the keys of all roles to everything that was done with them. */
export function traceCommand(io: Io, { doors, version }: TraceCommand): Command {
  const command = new Command('trace')
    .summary('trace a person, a role or an access key: which keys, and what was done with them')
    .description(
      'Traces a person, a role or an access key: which keys were given out, by whom, and everything that was done with them.',
    )
    .argument('<who>', 'a name, an access key, or the ARN of a user, a role or a session')
    .option('--from <time>', `where the period begins (default: ${STANDARD_DAYS} days before today)`)
    .option('--to <time>', 'where it ends, not included (default: now)')
    .option('--html <file>', 'make a page of it: a file that is not there yet');
  return engineOptions(rawTraceOptions(command))
    .addHelpText('after', EXAMPLES)
    .action(async (who: string, flags: TraceFlags) => {
      const outside = { ...doors, version, now: realTime.now };
      await runTrace(await readConfig(flags), { who, flags }, { io, doors: outside });
    });
}
