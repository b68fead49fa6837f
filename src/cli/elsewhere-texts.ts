import type { Plan } from '../backfill/plan.js';
import type { QueueReport } from '../jobs/queue-backfill.js';
import type { FleetRun } from '../ports/fleet.js';
import { printable } from './printable.js';
import { quoted } from './shell-quoted.js';
import { counted, formatCount } from './units.js';

const SHOWN = 10;

/** What was sent to the queue, for people. */
export function queuedText(report: QueueReport, plan: Plan, lake: string): string {
  const { logFiles, slices, unlisted, interrupted } = report;
  const n = formatCount;
  const again = `audit-lake backfill run ${plan.id} --on queue --lake ${quoted(lake)}`;
  const lines = [
    `Log files  ${n(logFiles.listed)} listed = ${n(logFiles.queued)} queued + ${n(logFiles.skipped)} skipped + ${n(logFiles.foreign)} foreign`,
    `Plan       ${plan.id}: ${n(slices.ended)} of ${counted(plan.slices, 'slice')} sent (${n(slices.passed)} were done before)`,
    ...unlisted
      .slice(0, SHOWN)
      .map(({ place, code, message }) => `unlisted   ${code}  ${printable(place)}: ${printable(message)}`),
    interrupted || unlisted.length > 0
      ? `Go on      ${again}`
      : `See        audit-lake backfill plan <source> --lake ${quoted(lake)}   what the Lambda has settled`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The same as one object. */
export function queuedObject({ logFiles, slices, unlisted, interrupted }: QueueReport, plan: Plan) {
  const worked = { total: plan.slices, sent: slices.ended, passed: slices.passed };
  return { schema_version: 1, plan: plan.id, log_files: logFiles, slices: worked, unlisted, interrupted };
}

/** What was handed to the fleet, for people. */
export function fleetText({ id, state }: FleetRun, plan: Plan, lake: string): string {
  const lines = [
    `Fleet      ${state}: ${printable(id)}`,
    `Plan       ${plan.id}: ${counted(plan.slices, 'slice')}`,
    `See        audit-lake backfill watch ${plan.id} --lake ${quoted(lake)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The same as one object. */
export function fleetObject({ id, state, started }: FleetRun, plan: Plan) {
  return { schema_version: 1, plan: plan.id, execution: id, state, started: new Date(started).toISOString() };
}
