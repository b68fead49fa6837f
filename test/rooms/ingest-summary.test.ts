import { expect, test } from 'vitest';
import { summaryText } from '../../src/cli/ingest-summary.js';
import { newCounters } from '../../src/telemetry.js';

test('the summary names the states of query texts in order, whichever lane was first', () => {
  const facts = { lake: './lake', datasets: [], seconds: 1, dryRun: false, textMode: 'full' } as const;
  const counters = newCounters();
  Object.assign(counters.queryTexts, { no_history: 3, not_applicable: 9, expired: 1, enriched: 2 });
  const text = summaryText({ counters, failures: [], rejections: [], interrupted: false }, facts);
  expect(text).toContain('\nQuery text 2 enriched, 1 expired, 3 no_history\n');
});
