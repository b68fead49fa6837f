import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { better, type QueryExecution, type QueryName, queryKey } from '../../datasets/query-execution.js';
import { executionOfText, executionToText } from '../../datasets/query-execution-text.js';
import { AuditLakeError } from '../../errors.js';
import type { KnownQueries, KnownQuery } from '../../ports/known-queries.js';
import { ITEM_VERSION, type Item, ItemReader, text, whole } from './dynamodb-attributes.js';
import { type Condition, type DynamoDbTable, NOT_THERE } from './dynamodb-table.js';
import { sideBySide } from './side-by-side.js';

/** Items written side by side. */
const AT_ONCE = 16;
/** How often two may learn of the same query past each other. */
const MOST_TURNS = 10;
/** Longer ones are deflated: an item holds 400 KB, and each KB that is written costs. */
const PLAIN_CHARACTERS = 1_000;
/** Of what is told: names, keys and numbers of an item count as well. */
const MOST_BYTES = 380_000;
/** What is left out, one after another, until an item holds the rest. The query's row has it all. */
const WITHOUT: readonly Partial<QueryExecution>[] = [
  { errorMessage: null, stateChangeReason: null },
  { tables: null },
  { text: null },
  { executionParameters: null },
];

const keyOf = (query: QueryName): Item => ({ pk: text(`TXT#${queryKey(query)}`), sk: text('TXT') });

/** What a lake in S3 has learned of queries (items TXT). */
export class DynamoDbKnownQueries implements KnownQueries {
  readonly #table: DynamoDbTable;

  constructor(table: DynamoDbTable) {
    this.#table = table;
  }

  async find(queries: readonly QueryName[]): Promise<ReadonlyMap<string, QueryExecution>> {
    // The same prepared statement may be open on two days; DynamoDB refuses a key that is asked for twice.
    const names = new Map(queries.map((query) => [queryKey(query), query]));
    const items = await this.#table.getMany([...names.values()].map(keyOf), { consistent: true });
    return new Map(items.map((item) => [item['pk']?.S?.slice('TXT#'.length) ?? '', toldBy(item)]));
  }

  async learn(queries: readonly KnownQuery[]): Promise<void> {
    await sideBySide(queries, AT_ONCE, (query) => this.#learn(query));
  }

  async #learn(query: KnownQuery): Promise<void> {
    let seen: Item | undefined;
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      const known = seen && toldBy(seen);
      const told = fitting(better(known, query.execution));
      if (known && told === executionToText(known)) return;
      const n = seen ? ItemReader.ofItem(seen).whole('n') : 0;
      const refused = await this.#table.putIf(itemOf(query, told, n + 1), seen ? unchanged(n) : NOT_THERE);
      if (refused === undefined) return;
      seen = refused.refusedBy;
    }
    throw new AuditLakeError('AWS_FAILED', `what is known of a query changed ${MOST_TURNS} times in a row`);
  }
}

/** As much of an execution as an item holds. */
function fitting(execution: QueryExecution): string {
  let rest = execution;
  for (const without of WITHOUT) {
    const told = executionToText(rest);
    // Three bytes, at most, for each character.
    if (told.length * 3 <= MOST_BYTES || deflateRawSync(told).length <= MOST_BYTES) return told;
    rest = { ...rest, ...without };
  }
  return executionToText(rest);
}

/** Each change counts in `n`. */
const unchanged = (n: number): Condition => ({
  ConditionExpression: 'n = :n',
  ExpressionAttributeValues: { ':n': whole(n) },
});

function itemOf(query: QueryName, told: string, n: number): Item {
  const isLong = told.length > PLAIN_CHARACTERS;
  return {
    ...keyOf(query),
    ver: whole(ITEM_VERSION),
    n: whole(n),
    told: isLong ? { B: deflateRawSync(told) } : text(told),
  };
}

/** @throws AuditLakeError LAKE_FORMAT */
function toldBy(item: Item): QueryExecution {
  const reader = ItemReader.ofItem(item);
  const bytes = item['told']?.B;
  return executionOfText(bytes ? inflateRawSync(bytes).toString() : reader.text('told'));
}
