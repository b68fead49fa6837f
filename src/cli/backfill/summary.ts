import type { Plan } from '../../backfill/plan.js';
import type { BackfillReport } from '../../jobs/run-backfill.js';
import { failureLines, moreLines } from '../failure-lines.js';
import { type SummaryFacts, summaryObject, summaryText } from '../ingest-summary.js';
import { counted, formatCount } from '../units.js';
import { runCommand } from './next.js';

/** A backfill as one object: what `--output json` prints. */
export function backfillObject(report: BackfillReport, plan: Plan, facts: SummaryFacts) {
  const { slices, gone, unlisted } = report;
  const worked = { total: plan.slices, worked_off: slices.ended, passed: slices.passed };
  return { ...summaryObject(report, facts), plan: plan.id, slices: worked, gone, unlisted };
}

/** The summary of a backfill for people: that of an ingest, the slices, and what to do about what is left. */
export function backfillText(report: BackfillReport, plan: Plan, facts: SummaryFacts): string {
  const { slices, gone, unlisted, failures, interrupted } = report;
  const again = runCommand(plan);
  const passed = slices.passed > 0 ? ` (${formatCount(slices.passed)} were done before)` : '';
  const lines = [
    `Plan       ${plan.id}: ${formatCount(slices.ended)} of ${counted(plan.slices, 'slice')} worked off${passed}`,
    ...(gone > 0 ? [`Gone       ${counted(gone, 'log file')} of the plan lie there no more`] : []),
    ...failureLines('unlisted   ', unlisted),
    ...moreLines('unlisted   ', unlisted.length),
  ];
  const left = failures.length + unlisted.length;
  if (interrupted) lines.push(`Go on      ${again}`);
  else if (left > 0) lines.push(`Try again  ${again}`);
  return `${summaryText(report, facts)}${lines.join('\n')}\n`;
}
