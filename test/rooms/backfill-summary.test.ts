import { describe, expect, test } from 'vitest';
import { queuedObject, queuedText } from '../../src/cli/backfill/elsewhere-texts.js';
import { backfillObject, backfillText } from '../../src/cli/backfill/summary.js';
import type { QueueReport } from '../../src/jobs/queue-backfill.js';
import type { BackfillReport } from '../../src/jobs/run-backfill.js';
import { newCounters } from '../../src/telemetry.js';
import { EMPTY_PLAN } from '../support/plans.ts';

const DENIED = { place: 's3://amzn-s3-demo-bucket/a/', code: 'AWS_DENIED', message: 'denied' };
const RUN = 'audit-lake backfill run 20261121T113155Z-k3f9 --lake /lake';
const PLAN = 'audit-lake backfill plan /logs --lake /lake';

const again = (unlisted = EMPTY_PLAN.unlisted) => ({
  plan: { ...EMPTY_PLAN, slices: 9, unlisted },
  location: `/lake/_meta/plans/${EMPTY_PLAN.id}.jsonl`,
  given: () => ({ variables: [], flags: [] }),
  keeps: EMPTY_PLAN,
});

describe('the end of a run here', () => {
  const report = (more: Partial<BackfillReport> = {}): BackfillReport => ({
    ...{ counters: newCounters(), failures: [], rejections: [], interrupted: false },
    ...{ slices: { ended: 7, passed: 2, unlisted: 0 }, gone: 0, unlisted: [], ...more },
  });
  const facts = (unlisted = EMPTY_PLAN.unlisted) => ({
    ...again(unlisted),
    ...{ lake: '/lake', datasets: ['athena_events'], seconds: 1, dryRun: false, textMode: 'full' as const },
  });
  const failed = { ...newCounters(), logFiles: { ...newCounters().logFiles, listed: 1, failed: 1 } };

  test.each([
    ['nothing is left', report(), [], null],
    ['interrupted', report({ interrupted: true, gone: 1 }), [], `Go on      ${RUN}`],
    ['a log file failed', report({ counters: failed }), [], `Try again  ${RUN}`],
    ['log files have gone', report({ gone: 2 }), [], `Try again  ${RUN}`],
    [
      'a slice could not be listed',
      report({ slices: { ended: 6, passed: 2, unlisted: 1 }, unlisted: [DENIED] }),
      [],
      `Try again  ${RUN}`,
    ],
    ['a place is not in the plan', report({ unlisted: [DENIED] }), [DENIED], `Plan anew  ${PLAN}`],
  ])('names the command that helps, as the last line: %s', (_, of, unlisted, last) => {
    const lines = backfillText(of, facts(unlisted)).trimEnd().split('\n');
    const { next } = backfillObject(of, facts(unlisted));
    if (last === null) expect([lines.at(-1), next]).toEqual([expect.stringMatching(/^Plan /), null]);
    else expect([lines.at(-1), last.endsWith(`  ${next}`)]).toEqual([last, true]);
  });

  test('counts the folders that it does not name', () => {
    const unlisted = Array.from({ length: 1_000 }, () => DENIED);
    const of = report({ slices: { ended: 0, passed: 0, unlisted: 4_321 }, unlisted });
    expect(backfillText(of, facts())).toMatch(/^ {11}and 4,311 more$/m);
    expect(backfillObject(of, facts()).slices.unlisted).toBe(4_321);
  });
});

describe('the end of a run to the queue', () => {
  const report = (more: Partial<QueueReport> = {}): QueueReport => ({
    ...{ slices: { ended: 7, passed: 2, unlisted: 0 }, logFiles: COUNTS, gone: 0 },
    ...{ unlisted: [], interrupted: false, ...more },
  });
  const COUNTS = { listed: 12, queued: 9, skipped: 2, foreign: 1 };

  test('says what was sent, who reads it, and how it is counted', () => {
    expect(queuedText(report(), again())).toBe(
      `Log files  12 listed = 9 sent + 2 skipped + 1 foreign
Plan       20261121T113155Z-k3f9: 7 of 9 slices sent (2 were done before)
Next       The ingest Lambda reads what was sent. This counts what it has settled:
           ${PLAN}
`,
    );
    expect(queuedObject(report(), again())).toEqual({
      ...{ schema_version: 1, plan: EMPTY_PLAN.id, lake: '/lake', interrupted: false },
      log_files: { listed: 12, sent: 9, skipped: 2, foreign: 1 },
      ...{ slices: { total: 9, sent: 7, passed: 2, unlisted: 0 }, gone: 0, unlisted: [], next: PLAN },
    });
  });

  test('goes on, and tries again, with the queue', () => {
    expect(queuedText(report({ interrupted: true }), again())).toContain(`Go on      ${RUN} --on queue\n`);
    expect(queuedText(report({ gone: 1 }), again())).toContain(`Try again  ${RUN} --on queue\n`);
    expect(queuedObject(report({ gone: 1 }), again()).next).toBe(`${RUN} --on queue`);
  });
});
