import { describe, expect, test } from 'vitest';
import { driftText, followedText, leftText, listPage } from '../../src/cli/partition-texts.js';
import type { FoundDrift } from '../../src/jobs/reconcile-partitions.js';
import type { LedgerEntry } from '../../src/ports/lake-state.js';
import type { Registered } from '../../src/wiring/register-now.js';

const DATABASE = 'audit_lake';

describe('what differs', () => {
  const drift = (day: string, more: Partial<FoundDrift> = {}): FoundDrift => ({
    ...{ table: 'athena_events', day, kind: 'dropped', reason: 'the catalog does not show it any more' },
    ...{ healed: true, ...more },
  });
  const found = [drift('2026-01-05'), drift('2026-01-06'), drift('2026-01-08', { healed: false })];
  const report = (of: readonly FoundDrift[]) => ({
    ...{ checked: 9, drift: [...of], locationRegressed: 0, warnings: [] },
  });

  test('is one line for days with the same difference', () => {
    expect(driftText(report(found), false)).toBe(
      'athena_events 2026-01-05 to 2026-01-06 (2 days) dropped: healed: the catalog does not show it any more\n' +
        'athena_events 2026-01-08 dropped: not healed: the catalog does not show it any more\n' +
        '3 differences in 9 partitions.\n',
    );
  });

  test('does not say in a dry run that anything was done', () => {
    expect(driftText(report(found.slice(0, 1)), true)).toContain(
      'athena_events 2026-01-05 dropped: the catalog',
    );
  });

  test.each(['misplaced', 'regressed'] as const)('that is %s was moved, or not', (kind) => {
    const text = (healed: boolean) => driftText(report([drift('2026-01-05', { kind, healed })]), false);
    expect(text(true)).toContain(`2026-01-05 ${kind}: moved: `);
    expect(text(false)).toContain(`2026-01-05 ${kind}: not moved: `);
  });
});

describe('what was registered', () => {
  const done = (registrar: Partial<Registered['registrar']> = {}, made: string[] = []): Registered => ({
    catalog: { made, warnings: [] },
    registrar: { issued: 0, registered: 0, pending: 0, blocked: 0, warnings: [], ...registrar },
  });

  test('is told once at the end of an ingest, one partition as one', () => {
    expect(followedText(done({ registered: 1 }, ['the database']), DATABASE)).toBe(
      'Made the database.\nRegistered 1 partition in audit_lake.\n',
    );
  });

  test('is not told where nothing changed', () => {
    expect(followedText(done(), DATABASE)).toBe('');
  });

  test('leaves days on the way or given up: both are told, with what to do', () => {
    const text = followedText(done({ pending: 2, blocked: 1, warnings: ['a reason'] }), DATABASE);
    expect(text).toMatch(/^Warning: a reason\n2 partitions on the way, not visible to engines yet: /);
    expect(text).toMatch(/\n1 partition BLOCKED, not visible to engines: .*`audit-lake partitions list`/);
    expect(text).not.toContain('Registered');
  });

  test('leaves a bundle that could not be published: a warning', () => {
    const swept = { published: 0, aborted: 0, young: 0, oldestMillis: 0, warnings: ['staged bundle b'] };
    expect(leftText({ ...done(), swept })).toBe('Warning: staged bundle b\n');
  });
});

describe('parked log files', () => {
  const LONG = `AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/05/${'x'.repeat(200)}.json.gz`;
  const entry = (key: string, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
    ...{ fid: 'f', status: 'QUARANTINED', etag: 'e', rows: 0, read: 0, ignored: 0, rejected: 0 },
    ...{ code: 'BAD_GZIP', source: { bucket: 'amzn-s3-demo-bucket', key } },
    ...more,
  });
  const page = async (parked: readonly LedgerEntry[]) => {
    let text = '';
    for await (const piece of listPage({ partitions: [], parked }, 80)) text += piece;
    return text.split('Parked log files')[1] ?? '';
  };

  test('are named in full, however wide the terminal is, and each code says once what to do', async () => {
    const archived = { status: 'DEFERRED', code: 'LOG_FILE_ARCHIVED' } as const;
    const text = await page([entry(LONG), entry('other.json.gz'), entry('cold.json.gz', archived)]);
    expect(text).toContain(`\nQUARANTINED BAD_GZIP  s3://amzn-s3-demo-bucket/${LONG}\n`);
    expect(text).toContain('\nDEFERRED    LOG_FILE_ARCHIVED  s3://amzn-s3-demo-bucket/cold.json.gz\n');
    expect(text.match(/^ +BAD_GZIP: Fetch/gm)).toHaveLength(1);
    expect(text.match(/^ +LOG_FILE_ARCHIVED: Restore/gm)).toHaveLength(1);
  });

  test('are named once, though each dataset parks them, and cannot steer the terminal', async () => {
    const text = await page([entry('a\u001b[2J.json.gz'), entry('a\u001b[2J.json.gz')]);
    expect(text.match(/amzn-s3-demo-bucket/g)).toHaveLength(1);
    expect(text).toContain('a\\u001b[2J.json.gz');
  });

  test('of another release are told as far as they are known', async () => {
    const { source: _, ...older } = entry('');
    const text = await page([{ ...older, code: 'NOT_OURS' }]);
    expect(text).toContain('QUARANTINED NOT_OURS  a log file that an older release parked');
  });
});
