import type { BackfillReport } from '../../jobs/run-backfill.js';
import { counted, formatCount } from '../../shown/units.js';
import { type SummaryFacts, summaryObject, summaryText } from '../ingest-summary.js';
import { goneLines, unlistedLines } from './left-lines.js';
import { type Again, type Next, nextAfter } from './next.js';

type Backfilled = SummaryFacts & Again;

/** A backfill as one object: what `--output json` prints. */
export function backfillObject(report: BackfillReport, facts: Backfilled) {
  const { plan } = facts;
  const { gone, unlisted } = report;
  const { ended, passed, unlisted: notListed } = report.slices;
  const slices = { total: plan.slices, worked_off: ended, passed, unlisted: notListed };
  const next = nextOf(report, facts)?.command ?? null;
  return { ...summaryObject(report, facts), plan: plan.id, slices, gone, unlisted, next };
}

/** The summary of a backfill for people: that of an ingest, the slices, what is left, and the command for it. */
export function backfillText(report: BackfillReport, facts: Backfilled): string {
  const { plan } = facts;
  const { slices, gone, unlisted } = report;
  const passed = slices.passed > 0 ? ` (${formatCount(slices.passed)} were done before)` : '';
  const next = nextOf(report, facts);
  const lines = [
    `Plan       ${plan.id}: ${formatCount(slices.ended)} of ${counted(plan.slices, 'slice')} worked off${passed}`,
    ...goneLines(gone),
    ...unlistedLines(unlisted, plan.unlisted.length + slices.unlisted),
    ...(next ? [`${next.label.padEnd(10)} ${next.command}`] : []),
  ];
  return `${summaryText(report, facts)}${lines.join('\n')}\n`;
}

function nextOf(report: BackfillReport, facts: Backfilled): Next | undefined {
  const { slices, gone, counters, interrupted } = report;
  const isWanting = counters.logFiles.failed > 0 || slices.unlisted > 0 || gone > 0;
  return nextAfter({ interrupted, isWanting }, facts, 'here');
}

/** Whether the lake is not whole after a run: exit code 1. */
export function isWanting({ counters, unlisted, gone }: BackfillReport): boolean {
  return counters.logFiles.failed > 0 || unlisted.length > 0 || gone > 0;
}
