import { AuditLakeError } from '../../errors.js';
import { type Day, isDay } from '../../lake/partition.js';
import { TABLE_NAMES, type TableName } from '../../lake/tables.js';
import type { PartitionBatch, RegisteredPartition } from '../../ports/partition-register.js';
import { type Item, ItemReader, list, text, whole } from './dynamodb-attributes.js';

/** Items of the register and their keys, as protocol 4.1 names them: PART and BATCH. No location is in them (T17). */

const REGISTRATIONS = ['PENDING', 'ISSUING', 'REGISTERED', 'BLOCKED'] as const;
const PART = 'PART#';

/** All partitions of a table stand behind one key, in the order of their days. */
export const partsOf = (table: TableName) => text(`${PART}${table}`);
export const partKey = (table: TableName, day: Day): Item => ({ pk: partsOf(table), sk: text(day) });
export const batchKey = (token: string): Item => ({ pk: text(`BATCH#${token}`), sk: text('BATCH') });

/** A partition, and the run that holds it or held it last. */
export type PartItem = RegisteredPartition & { readonly owner?: string };

/** @throws AuditLakeError LAKE_FORMAT where a newer version wrote the item, or nobody of ours did */
export function readPart(item: Item): PartItem {
  const reader = ItemReader.ofItem(item);
  const table = TABLE_NAMES.find((name) => `${PART}${name}` === reader.text('pk'));
  const day = reader.text('sk');
  const [visible, writing] = [reader.whole('v'), reader.whole('w')];
  const isOpenOrSealed = writing === visible || writing === visible + 1;
  if (!table || !isDay(day) || visible < 0 || !isOpenOrSealed) throw broken(`${reader.text('pk')} / ${day}`);
  const [leaseUntil, notBefore] = [reader.optionalWhole('leaseUntil'), reader.optionalWhole('notBefore')];
  const [batch, reason, owner] = ['batch', 'reason', 'owner'].map((name) => reader.optionalText(name));
  return {
    table,
    day,
    visible,
    writing,
    registration: reader.word('reg', REGISTRATIONS),
    attempt: reader.optionalWhole('attempt') ?? 0,
    failures: reader.optionalWhole('failures') ?? 0,
    fence: reader.optionalWhole('fence') ?? 0,
    ...(leaseUntil !== undefined && { leaseUntil }),
    ...(notBefore !== undefined && { notBefore }),
    ...(batch !== undefined && { batch }),
    ...(reason !== undefined && { reason }),
    ...(owner !== undefined && { owner }),
  };
}

/** What a batch is, without what the catalog calls it: a repetition must not take that away. */
export const batchFields = ({ table, days, attempt }: PartitionBatch) => ({
  tbl: text(table),
  dates: list(days.map(text)),
  attempt: whole(attempt),
});

/** @throws AuditLakeError LAKE_FORMAT where a newer version wrote the item, or nobody of ours did */
export function readBatch(item: Item): PartitionBatch {
  const reader = ItemReader.ofItem(item);
  const token = reader.text('pk').slice('BATCH#'.length);
  const days = reader.texts('dates');
  const isWhole = days.length > 0 && days.length === item['dates']?.L?.length;
  if (!isWhole || !days.every(isDay)) throw broken(reader.text('pk'));
  const executionId = reader.optionalText('qid');
  return {
    token,
    table: reader.word('tbl', TABLE_NAMES),
    days,
    attempt: reader.whole('attempt'),
    ...(executionId !== undefined && { executionId }),
  };
}

function broken(name: string): AuditLakeError {
  return new AuditLakeError('LAKE_FORMAT', `the state item ${name} is none that audit-lake writes`);
}
