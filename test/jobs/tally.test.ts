import { expect, test } from 'vitest';
import type { ErrorCode } from '../../src/errors.js';
import type { LogFileOutcome } from '../../src/jobs/ingest-bundle.js';
import { Tally } from '../../src/jobs/tally.js';
import { newCounters } from '../../src/telemetry.js';

const told = { organization: undefined, account: undefined, region: undefined, deliveryDay: undefined };
const failed = (location: string, code: ErrorCode): LogFileOutcome => ({
  kind: 'failed',
  file: { location, etag: '', ref: { ...told, bucket: '', key: location } },
  ...{ code, message: 'no' },
});

test('a tally counts each failure, and of each code it names a thousand, so that none hides another', () => {
  const counters = newCounters();
  const tally = new Tally(counters);
  const many = Array.from({ length: 1_500 }, (_, n) => failed(`${n}.json.gz`, 'LOG_FILE_ARCHIVED'));
  const files = [...many, failed('last.json.gz', 'READ_FAILED')];
  tally.add({ files, parts: [], queryTexts: {} });
  expect(counters.logFiles.failed).toBe(1_501);
  expect(tally.failures).toHaveLength(1_001);
  expect(tally.failures.at(-1)).toMatchObject({ file: 'last.json.gz', code: 'READ_FAILED' });
  expect(tally.failures[999]?.file).toBe('999.json.gz');
});
