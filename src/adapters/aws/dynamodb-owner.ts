import { AuditLakeError } from '../../errors.js';
import { ITEM_VERSION, type Item, ItemReader, text, whole } from './dynamodb-attributes.js';
import { type DynamoDbTable, NOT_THERE } from './dynamodb-table.js';

/** The one item that says whose state this is. */
const KEY = { pk: text('LAKE'), sk: text('LAKE') };

/**
 * Makes sure that a table holds the state of this lake and of no other: with two lakes in one table, each would take
 * for settled what lies in the other alone. The first lake that comes owns it. `isKnown`: the lake was opened before,
 * so a table that does not know it has lost its state, and all would be ingested again.
 * @throws AuditLakeError LAKE_FORMAT; AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED
 */
export async function mustBelongTo(table: DynamoDbTable, location: string, isKnown: boolean): Promise<void> {
  if (await isOwned(table, location, async () => isKnown)) return;
  const item = { ...KEY, ver: whole(ITEM_VERSION), location: text(location) };
  const refused = await table.putIf(item, NOT_THERE);
  if (refused) mustName(refused.refusedBy, location, table);
}

/**
 * Whether the state is that of this lake; false where neither knows of the other yet. To be asked by who reads, and
 * above all by who deletes: a state that does not know a bundle takes it for abandoned. `isKnown` is asked only where
 * nobody owns the table.
 * @throws AuditLakeError LAKE_FORMAT; AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED
 */
export async function isOwned(
  table: DynamoDbTable,
  location: string,
  isKnown: () => Promise<boolean>,
): Promise<boolean> {
  const there = await table.get(KEY);
  if (there) mustName(there, location, table);
  if (there || !(await isKnown())) return there !== undefined;
  const message = `${location} is a lake already, but the table ${table.name} knows nothing of it: restore its state`;
  throw new AuditLakeError('LAKE_FORMAT', message);
}

function mustName(item: Item, location: string, table: DynamoDbTable): void {
  const owner = ItemReader.ofItem(item).text('location');
  if (owner === location) return;
  throw new AuditLakeError(
    'LAKE_FORMAT',
    `the table ${table.name} holds the state of ${owner}: give ${location} another one with --state-table`,
  );
}
