import type { QueueReport } from '../../jobs/queue-backfill.js';
import type { FleetRun } from '../../ports/fleet.js';
import { printable } from '../../shown/printable.js';
import { counted, formatCount } from '../../shown/units.js';
import { goneLines, unlistedLines } from './left-lines.js';
import { type Again, type Next, nextAfter, planCommand, watchCommand } from './next.js';

/** What was sent to the queue, for people. */
export function queuedText(report: QueueReport, again: Again): string {
  const { logFiles, slices, gone, unlisted } = report;
  const { plan } = again;
  const n = formatCount;
  const next = nextOf(report, again);
  const lines = [
    `Log files  ${n(logFiles.listed)} listed = ${n(logFiles.queued)} sent + ${n(logFiles.skipped)} skipped + ${n(logFiles.foreign)} foreign`,
    `Plan       ${plan.id}: ${n(slices.ended)} of ${counted(plan.slices, 'slice')} sent (${n(slices.passed)} were done before)`,
    ...goneLines(gone),
    ...unlistedLines(unlisted, plan.unlisted.length + slices.unlisted),
    ...(next
      ? [`${next.label.padEnd(10)} ${next.command}`]
      : [`Next       ${COUNTS}`, `           ${planCommand(again)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** What there is to do about log files that are in the queue. */
export const COUNTS = 'The ingest Lambda reads what was sent. This counts what it has settled:';

function nextOf(report: QueueReport, again: Again): Next | undefined {
  const { slices, gone, interrupted } = report;
  return nextAfter({ interrupted, isWanting: slices.unlisted > 0 || gone > 0 }, again, 'queue');
}

/** Whether something of the plan is not in the queue: exit code 1. */
export function isUnsent({ unlisted, gone }: QueueReport): boolean {
  return unlisted.length > 0 || gone > 0;
}

/** The same as one object. */
export function queuedObject(report: QueueReport, again: Again) {
  const { logFiles, gone, unlisted, interrupted } = report;
  const { ended: sent, passed, unlisted: notListed } = report.slices;
  const { id, lake, slices: total } = again.plan;
  const { queued, ...counts } = logFiles;
  return {
    ...{ schema_version: 1, plan: id, lake, interrupted, log_files: { ...counts, sent: queued } },
    ...{ slices: { total, sent, passed, unlisted: notListed }, gone, unlisted },
    next: nextOf(report, again)?.command ?? planCommand(again),
  };
}

/** What was handed to the fleet, for people. */
export function fleetText({ id, state }: FleetRun, again: Again): string {
  const { plan } = again;
  const lines = [
    `Fleet      ${state}: ${printable(id)}`,
    `Plan       ${plan.id}: ${counted(plan.slices, 'slice')}`,
    `Watch      ${watchCommand(again)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The same as one object. */
export function handedObject(run: FleetRun, again: Again) {
  const { id, lake, slices } = again.plan;
  const told = { schema_version: 1, plan: id, lake, slices: { total: slices } };
  return { ...told, fleet: fleetObject(run), next: watchCommand(again) };
}

/** A run of a fleet as part of an object. */
export function fleetObject({ started, ended, failures: _, ...run }: FleetRun) {
  const ends = ended === undefined ? null : new Date(ended).toISOString();
  return { ...run, started_at: new Date(started).toISOString(), ended_at: ends };
}
