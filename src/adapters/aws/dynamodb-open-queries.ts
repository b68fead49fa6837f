import { type TransactWriteItem, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { mayChange, nextTry, startedBefore } from '../../datasets/open-query.js';
import {
  type AskedQuery,
  OPEN_REASONS,
  type QueryName,
  queryKey,
  queryOfKey,
} from '../../datasets/query-execution.js';
import { type Day, dayOf } from '../../lake/partition.js';
import type { OpenQueries, OpenQuery, WaitingQuery } from '../../ports/open-queries.js';
import { ITEM_VERSION, type Item, ItemReader, text, whole } from './dynamodb-attributes.js';
import { type Condition, type DynamoDbTable, NOT_THERE } from './dynamodb-table.js';
import { sideBySide } from './side-by-side.js';

/** Single items written side by side. */
const AT_ONCE = 16;
const STILL_OPEN: Condition = {
  ConditionExpression: 'st = :open',
  ExpressionAttributeValues: { ':open': text('OPEN') },
};
/** It was never opened, or has ended. */
const NOT_OPEN: Condition = {
  ConditionExpression: 'attribute_not_exists(pk) OR st <> :open',
  ExpressionAttributeValues: { ':open': text('OPEN') },
};
/** Lists the days that had open queries: how often one was opened, `n`, and how often when none was left, `leftOut`. */
const DAYS = text('ENRDAYS');

const ofDay = (day: Day) => text(`ENR#${day}`);
const keyOf = (query: AskedQuery): Item => ({ pk: ofDay(dayOf(query.started)), sk: text(queryKey(query)) });

/**
 * The open queries of a lake in S3 (items ENR, behind their day). Ended ones stay, so that nobody opens them again; a
 * day without open ones leaves the list of days, until a query of it is opened.
 */
export class DynamoDbOpenQueries implements OpenQueries {
  readonly #table: DynamoDbTable;
  readonly #now: () => number;

  /** `now` gives milliseconds since 1970. */
  constructor(table: DynamoDbTable, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  async *openQueries(): AsyncIterable<WaitingQuery> {
    const days: Item[] = [];
    for await (const item of this.#table.query(DAYS)) if (!isLeftOut(item)) days.push(item);
    for (const item of days) {
      const day = ItemReader.ofItem(item).text('sk');
      let isEmpty = true;
      for await (const query of this.#table.query(ofDay(day))) {
        if (query['st']?.S !== 'OPEN') continue;
        isEmpty = false;
        yield waitingQuery(query);
      }
      if (isEmpty) await this.#leaveOut(item);
    }
  }

  /** The day is listed behind its queries: a listing that comes between finds them the next time. */
  async open(queries: readonly OpenQuery[]): Promise<void> {
    await this.#putNew(queries, (query) => (mayChange(query) ? NOT_OPEN : NOT_THERE));
  }

  async reopen(queries: readonly OpenQuery[]): Promise<void> {
    await this.#putNew(queries, () => NOT_OPEN);
  }

  async #putNew(queries: readonly OpenQuery[], condition: (query: OpenQuery) => Condition): Promise<void> {
    const now = this.#now();
    await sideBySide(queries, AT_ONCE, async (query) => {
      const item = itemOf({ ...query, firstSeen: now, nextTry: nextTry(now, 0), tries: 0 });
      await this.#table.putIf(item, condition(query));
    });
    const days = new Set(queries.map(({ started }) => dayOf(started)));
    await sideBySide([...days], AT_ONCE, (day) => this.#list(day));
  }

  async postpone(queries: readonly WaitingQuery[]): Promise<void> {
    await sideBySide(queries, AT_ONCE, async (query) => {
      await this.#table.putIf(itemOf(query), STILL_OPEN);
    });
  }

  async wake(query: QueryName, at: number): Promise<boolean> {
    for (const started of startedBefore(at)) {
      const command = new UpdateItemCommand({
        TableName: this.#table.name,
        Key: keyOf({ ...query, started }),
        UpdateExpression: 'SET nextTry = :now',
        ConditionExpression: STILL_OPEN.ConditionExpression,
        ExpressionAttributeValues: { ...STILL_OPEN.ExpressionAttributeValues, ':now': whole(this.#now()) },
      });
      const send = () => this.#table.client.send(command);
      if ((await this.#table.unlessRefused('dynamodb:UpdateItem', send)) === undefined) return true;
    }
    return false;
  }

  async #list(day: Day): Promise<void> {
    const command = new UpdateItemCommand({
      TableName: this.#table.name,
      Key: { pk: DAYS, sk: text(day) },
      UpdateExpression: 'SET ver = :ver ADD n :one',
      ExpressionAttributeValues: { ':ver': whole(ITEM_VERSION), ':one': whole(1) },
    });
    await this.#table.unlessRefused('dynamodb:UpdateItem', () => this.#table.client.send(command));
  }

  /**
   * Unless a query was opened since the day was listed: `n` counts those. The item stays, so that it never counts from
   * the start again: somebody who listed the day long ago would take one that was opened since for one of then.
   */
  async #leaveOut({ pk, sk, n }: Item): Promise<void> {
    if (pk === undefined || sk === undefined || n === undefined) return;
    const command = new UpdateItemCommand({
      TableName: this.#table.name,
      Key: { pk, sk },
      UpdateExpression: 'SET leftOut = :n',
      ConditionExpression: 'n = :n',
      ExpressionAttributeValues: { ':n': n },
    });
    await this.#table.unlessRefused('dynamodb:UpdateItem', () => this.#table.client.send(command));
  }
}

const isLeftOut = ({ n, leftOut }: Item) => leftOut !== undefined && leftOut.N === n?.N;

/** Ends an open query, in the transaction that commits its row. */
export function endQuery(TableName: string, query: AskedQuery, bid: string): TransactWriteItem {
  return {
    Update: {
      TableName,
      Key: keyOf(query),
      UpdateExpression: 'SET st = :done, bid = :bid',
      ConditionExpression: STILL_OPEN.ConditionExpression,
      ExpressionAttributeValues: {
        ...STILL_OPEN.ExpressionAttributeValues,
        ':done': text('DONE'),
        ':bid': text(bid),
      },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}

function itemOf(query: WaitingQuery): Item {
  const { started, why, hasText, firstSeen, nextTry: next, tries } = query;
  return {
    ...keyOf(query),
    ver: whole(ITEM_VERSION),
    st: text('OPEN'),
    started: whole(started),
    why: text(why),
    hasText: { BOOL: hasText },
    firstSeen: whole(firstSeen),
    nextTry: whole(next),
    tries: whole(tries),
  };
}

/** @throws AuditLakeError LAKE_FORMAT */
function waitingQuery(item: Item): WaitingQuery {
  const reader = ItemReader.ofItem(item);
  return {
    ...queryOfKey(reader.text('sk')),
    started: reader.whole('started'),
    why: reader.word('why', OPEN_REASONS),
    hasText: item['hasText']?.BOOL ?? false,
    firstSeen: reader.whole('firstSeen'),
    nextTry: reader.whole('nextTry'),
    tries: reader.whole('tries'),
  };
}
