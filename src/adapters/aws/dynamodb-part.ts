import { AuditLakeError } from '../../errors.js';
import { type AnyPartition, isDay, type PartitionKey, partitionName } from '../../lake/partition.js';
import { parseRawName, type RawPartition } from '../../lake/raw-partition.js';
import { TABLE_NAMES } from '../../lake/tables.js';
import type { PartitionBatch, Standing } from '../../ports/partition-register.js';
import { type Item, ItemReader, list, text, whole } from './dynamodb-attributes.js';

/** Items of the register and their keys, as protocol 4.1 names them: PART and BATCH. No location is in them (T17). */

const REGISTRATIONS = ['PENDING', 'ISSUING', 'REGISTERED', 'BLOCKED'] as const;
const PART = 'PART#';

/** All partitions of a table stand behind one key, in the order of their names. */
export const partsOf = (table: string) => text(`${PART}${table}`);
export const partKey = (partition: AnyPartition): Item => ({
  pk: partsOf(partition.table),
  sk: text(partitionName(partition)),
});
export const batchKey = (token: string): Item => ({ pk: text(`BATCH#${token}`), sk: text('BATCH') });

/** A partition, and the run that holds it or held it last. */
export type PartItem<K extends AnyPartition = PartitionKey> = K & OwnedStanding;
type OwnedStanding = Standing & { readonly owner?: string };

/** Which partitions a register leads: undefined for a table or a name that is none of them. */
export type PartKind<K extends AnyPartition> = (table: string, name: string) => K | undefined;

export const lakePart: PartKind<PartitionKey> = (name, day) => {
  const table = TABLE_NAMES.find((known) => known === name);
  return table && isDay(day) ? { table, day } : undefined;
};

export const rawPart: PartKind<RawPartition> = (table, name) => {
  const folder = parseRawName(name);
  return folder && { table, ...folder };
};

/** @throws AuditLakeError LAKE_FORMAT where a newer version wrote the item, or nobody of ours did */
export function readPart<K extends AnyPartition>(item: Item, kind: PartKind<K>): PartItem<K> {
  const reader = ItemReader.ofItem(item);
  const [pk, name] = [reader.text('pk'), reader.text('sk')];
  const key = pk.startsWith(PART) ? kind(pk.slice(PART.length), name) : undefined;
  const [visible, writing] = [reader.whole('v'), reader.whole('w')];
  const isOpenOrSealed = writing === visible || writing === visible + 1;
  if (!key || visible < 0 || !isOpenOrSealed) throw broken(`${pk} / ${name}`);
  const [leaseUntil, notBefore] = [reader.optionalWhole('leaseUntil'), reader.optionalWhole('notBefore')];
  const [batch, reason, owner] = ['batch', 'reason', 'owner'].map((field) => reader.optionalText(field));
  const standing: OwnedStanding = {
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
  return { ...key, ...standing };
}

/** What a batch is, without what the catalog calls it: a repetition must not take that away. */
export const batchFields = <K extends AnyPartition>({ table, names, attempt }: PartitionBatch<K>) => ({
  tbl: text(table),
  dates: list(names.map(text)),
  attempt: whole(attempt),
});

/** @throws AuditLakeError LAKE_FORMAT where a newer version wrote the item, or nobody of ours did */
export function readBatch<K extends AnyPartition>(item: Item, kind: PartKind<K>): PartitionBatch<K> {
  const reader = ItemReader.ofItem(item);
  const token = reader.text('pk').slice('BATCH#'.length);
  const names = reader.texts('dates');
  const keys = names.flatMap((name) => kind(reader.text('tbl'), name) ?? []);
  const [first] = keys;
  if (!first || keys.length !== item['dates']?.L?.length) throw broken(reader.text('pk'));
  const executionId = reader.optionalText('qid');
  return {
    token,
    table: first.table,
    names,
    attempt: reader.whole('attempt'),
    ...(executionId !== undefined && { executionId }),
  };
}

function broken(name: string): AuditLakeError {
  return new AuditLakeError('LAKE_FORMAT', `the state item ${name} is none that audit-lake writes`);
}
