import { gzipSync } from 'node:zlib';
import type { ArchiveRecord, Damage } from './archive-file.ts';

/** The bytes of a log file of these records, damaged where it is to be. */
export function contentOf(records: readonly ArchiveRecord[], damage?: Damage): Uint8Array {
  if (damage === 'html') return Buffer.from('<!DOCTYPE html><html><body>503 Slow Down</body></html>');
  const sound = gzipSync(textOf(records), { level: 1 });
  if (damage === 'cut') return sound.subarray(0, -11);
  if (damage === 'trailing bytes') return Buffer.concat([sound, Buffer.from('trailing bytes')]);
  return damage === 'second member' ? Buffer.concat([sound, sound]) : sound;
}

export const textOf = (records: readonly ArchiveRecord[]): string =>
  `{"Records":[${records.map((record) => JSON.stringify(jsonOf(record))).join(',')}]}`;

function jsonOf({ eventId, account, region, eventTime, service }: ArchiveRecord) {
  const isStart = service === 'athena' && eventId?.endsWith('0') === true;
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      accountId: account,
      userName: 'john.doe',
      arn: `arn:aws:iam::${account}:user/john.doe`,
    },
    eventTime,
    eventSource: `${service}.amazonaws.com`,
    eventName: isStart ? 'StartQueryExecution' : service === 'athena' ? 'GetWorkGroup' : 'GetObject',
    awsRegion: region,
    sourceIPAddress: '203.0.113.7',
    userAgent: 'aws-cli/2.31.4',
    requestParameters: { workGroup: 'primary' },
    responseElements: isStart ? { queryExecutionId: `query-${eventId}` } : null,
    eventID: eventId,
    readOnly: !isStart,
    eventType: 'AwsApiCall',
    recipientAccountId: account,
  };
}
