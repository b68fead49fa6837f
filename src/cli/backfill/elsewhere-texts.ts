import type { Plan } from '../../backfill/plan.js';
import type { QueueReport } from '../../jobs/queue-backfill.js';
import type { FleetRun } from '../../ports/fleet.js';
import { failureLines } from '../failure-lines.js';
import { printable } from '../printable.js';
import { counted, formatCount } from '../units.js';
import { countCommand, queueCommand, watchCommand } from './next.js';

/** What was sent to the queue, for people. */
export function queuedText(report: QueueReport, plan: Plan): string {
  const { logFiles, slices, unlisted, interrupted } = report;
  const n = formatCount;
  const lines = [
    `Log files  ${n(logFiles.listed)} listed = ${n(logFiles.queued)} queued + ${n(logFiles.skipped)} skipped + ${n(logFiles.foreign)} foreign`,
    `Plan       ${plan.id}: ${n(slices.ended)} of ${counted(plan.slices, 'slice')} sent (${n(slices.passed)} were done before)`,
    ...failureLines('unlisted   ', unlisted),
    interrupted || unlisted.length > 0
      ? `Go on      ${queueCommand(plan)}`
      : `See        ${countCommand(plan)}   what the Lambda has settled`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The same as one object. */
export function queuedObject({ logFiles, slices, unlisted, interrupted }: QueueReport, plan: Plan) {
  const worked = { total: plan.slices, sent: slices.ended, passed: slices.passed };
  return { schema_version: 1, plan: plan.id, log_files: logFiles, slices: worked, unlisted, interrupted };
}

/** What was handed to the fleet, for people. */
export function fleetText({ id, state }: FleetRun, plan: Plan): string {
  const lines = [
    `Fleet      ${state}: ${printable(id)}`,
    `Plan       ${plan.id}: ${counted(plan.slices, 'slice')}`,
    `See        ${watchCommand(plan)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The same as one object. */
export function fleetObject({ id, state, started }: FleetRun, plan: Plan) {
  return { schema_version: 1, plan: plan.id, execution: id, state, started: new Date(started).toISOString() };
}
