import { DeleteItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { partitionName } from '../../lake/partition.js';
import type { RawPartition } from '../../lake/raw-partition.js';
import type { RegisteredPartition } from '../../ports/partition-register.js';
import type { RawRegister } from '../../ports/raw-register.js';
import { ITEM_VERSION, type Item, ItemReader, text, whole } from './dynamodb-attributes.js';
import { pastConflicts } from './dynamodb-conflict.js';
import { partKey, partsOf, rawPart, readPart } from './dynamodb-part.js';
import { makePart } from './dynamodb-partitions.js';
import { DynamoDbRegistrations } from './dynamodb-registrations.js';
import type { DynamoDbTable } from './dynamodb-table.js';
import { sideBySide } from './side-by-side.js';

/** Partitions noted side by side. */
const AT_ONCE = 16;
/** Partitions on their way that one run is given: some twenty minutes of statements. */
const MOST_OPEN = 20_000;
/** Keys of one read. */
const PAGE = 100;

type Part = RegisteredPartition<RawPartition>;

const listOf = (table: string) => text(`OPEN#${table}`);
/** By day first: while years of partitions wait, those of today are not behind them. */
const listKey = ({ table, account, region, day }: RawPartition): Item => ({
  pk: listOf(table),
  sk: text(`${day}/${account}/${region}`),
});

function listedPartition(table: string, item: Item): RawPartition | undefined {
  const [day, ...folder] = ItemReader.ofItem(item).text('sk').split('/');
  return rawPart(table, [...folder, day].join('/'));
}

/**
 * The register of the raw table. It has millions of partitions of which few are open, so these stand in a list (items
 * OPEN) beside them: whatever is not REGISTERED is in it, since it is written before a partition is made or reopened;
 * what is REGISTERED may be in it still, and is taken out by whoever meets it. An entry goes only where it is no newer
 * (`attempt`) than the registration that took it out.
 */
export class DynamoDbRawRegister extends DynamoDbRegistrations<RawPartition> implements RawRegister {
  readonly #table: DynamoDbTable;

  constructor(table: DynamoDbTable) {
    super(table, rawPart);
    this.#table = table;
  }

  /** New ones cost two writes, known ones half a read: what is known stays so, and what seems new is made once. */
  async note(partitions: readonly RawPartition[]): Promise<number> {
    const known = await this.#read(partitions, { consistent: false });
    const unknown = partitions.filter((partition) => !known.has(partitionName(partition)));
    await sideBySide(unknown, AT_ONCE, async (partition) => {
      await this.#enlist(partition, 0);
      await makePart(this.#table, partition);
    });
    return unknown.length;
  }

  async *all(table: string): AsyncIterable<Part> {
    for await (const item of this.#table.query(partsOf(table))) yield readPart(item, rawPart);
  }

  async open(table: string): Promise<readonly Part[]> {
    const open: Part[] = [];
    let onTheirWay = 0;
    for await (const page of this.#listed(table)) {
      const parts = await this.#read(page);
      for (const partition of page) {
        // An entry without a partition belongs to somebody who is about to make it.
        const part = parts.get(partitionName(partition));
        if (part?.registration === 'REGISTERED') await this.#delist(part);
        else if (part) open.push(part);
        if (part && part.registration !== 'REGISTERED' && part.registration !== 'BLOCKED') onTheirWay++;
      }
      if (onTheirWay >= MOST_OPEN) break;
    }
    return open;
  }

  override async registered(partition: RawPartition): Promise<void> {
    await super.registered(partition);
    const part = (await this.#read([partition])).get(partitionName(partition));
    if (part?.registration === 'REGISTERED') await this.#delist(part);
  }

  override async reopen(partition: RawPartition, reason: string): Promise<void> {
    const part = (await this.#read([partition])).get(partitionName(partition));
    // What is not opened again must not stand in the list as if it were: no registration would take it out.
    if (part === undefined || part.registration === 'ISSUING') return;
    await this.#enlist(partition, part.attempt + 1);
    await super.reopen(partition, reason);
  }

  /** The newest days first. */
  async *#listed(table: string): AsyncIterable<readonly RawPartition[]> {
    let page: RawPartition[] = [];
    for await (const item of this.#table.query(listOf(table), 'falling')) {
      const partition = listedPartition(table, item);
      if (partition) page.push(partition);
      if (page.length < PAGE) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }

  /** Those that are there, by name. */
  async #read(
    partitions: readonly RawPartition[],
    { consistent } = { consistent: true },
  ): Promise<ReadonlyMap<string, Part>> {
    const items = await this.#table.getMany(partitions.map(partKey), { consistent });
    const parts = items.map((item) => readPart(item, rawPart));
    return new Map(parts.map((part) => [partitionName(part), part]));
  }

  /** An entry that is there already is never made older. */
  async #enlist(partition: RawPartition, attempt: number): Promise<void> {
    const command = new UpdateItemCommand({
      TableName: this.#table.name,
      Key: { ...listKey(partition) },
      UpdateExpression: 'SET ver = :ver, attempt = :attempt',
      ConditionExpression: 'attribute_not_exists(attempt) OR attempt < :attempt',
      ExpressionAttributeValues: { ':ver': whole(ITEM_VERSION), ':attempt': whole(attempt) },
    });
    await this.#table.unlessRefused('dynamodb:UpdateItem', () => this.#table.client.send(command));
  }

  async #delist(part: Part): Promise<void> {
    const command = new DeleteItemCommand({
      TableName: this.#table.name,
      Key: { ...listKey(part) },
      ConditionExpression: 'attribute_not_exists(attempt) OR attempt <= :attempt',
      ExpressionAttributeValues: { ':attempt': whole(part.attempt) },
    });
    await this.#table.unlessRefused('dynamodb:DeleteItem', () =>
      pastConflicts(this.#table.waiting, () => this.#table.client.send(command)),
    );
  }
}
