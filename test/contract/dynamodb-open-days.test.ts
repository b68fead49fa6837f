import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { DynamoDbOpenQueries, endQuery } from '../../src/adapters/aws/dynamodb-open-queries.js';
import { type DynamoDbCalls, DynamoDbTable } from '../../src/adapters/aws/dynamodb-table.js';
import type { OpenQuery } from '../../src/ports/open-queries.js';
import { AwsWorld } from '../support/aws/aws-world.ts';

const TABLE = 'audit-lake-state';
const DAY = 86_400_000;
const NOON = Date.UTC(2026, 0, 9, 12);
const WAITING = { pause: async () => undefined, random: () => 0 };

const query = (id: string, started = NOON): OpenQuery => ({
  ...{ account: '111122223333', region: 'us-east-1', id, started },
  ...{ why: 'pending', hasText: false },
});

/** A step of a listing, by what it sends. */
type Step = 'list days' | 'read a day' | 'leave a day out';

function stepOf(command: { readonly input: object }): Step | undefined {
  const sent = JSON.stringify(command.input);
  if (command.constructor.name === 'QueryCommand')
    return sent.includes('ENRDAYS') ? 'list days' : 'read a day';
  return sent.includes('leftOut') ? 'leave a day out' : undefined;
}

describe('the days of a lake in DynamoDB that may have open queries', () => {
  let world: AwsWorld;
  let dynamodb: DynamoDbCalls;
  let queries: DynamoDbOpenQueries;
  beforeEach(() => {
    world = new AwsWorld({ now: () => NOON });
    world.dynamodb.createTable(TABLE);
    dynamodb = world.clients.dynamodb;
    queries = of(dynamodb);
  });

  const of = (client: DynamoDbCalls) =>
    new DynamoDbOpenQueries(new DynamoDbTable(client, TABLE, WAITING), () => NOON);

  async function ids(from = queries): Promise<string[]> {
    const all = [];
    for await (const { id } of from.openQueries()) all.push(id);
    return all;
  }

  function end(it: OpenQuery): void {
    const { Update: { Key = {} } = {} } = endQuery(TABLE, it, 'b1');
    world.dynamodb.put(TABLE, { ...Key, st: { S: 'DONE' } });
  }

  /** A listing that is held up once before a step, while others do something. */
  async function heldUp(before: Step, action: () => Promise<unknown>): Promise<string[]> {
    let isHeld = false;
    const send = async (command: { readonly input: object }) => {
      if (stepOf(command) === before && !isHeld) {
        isHeld = true;
        await action();
      }
      return Reflect.apply(dynamodb.send, dynamodb, [command]);
    };
    const found = await ids(of(Object.assign(Object.create(dynamodb), { send })));
    expect(isHeld).toBe(true);
    return found;
  }

  /** The days that a listing reads. */
  async function daysRead(): Promise<readonly string[]> {
    const start = world.calls.length;
    await ids();
    const sent = world.calls.slice(start).map(({ input }) => JSON.stringify(input));
    return sent.flatMap((text) => /"ENR#(\d{4}-\d\d-\d\d)"/.exec(text)?.[1] ?? []);
  }

  test('a day without open queries leaves the list, and comes back when a query of it is opened', async () => {
    await queries.open([query('q1'), query('q2', NOON + DAY)]);
    end(query('q1'));
    expect(await daysRead()).toEqual(['2026-01-09', '2026-01-10']);
    expect(await daysRead()).toEqual(['2026-01-10']);
    await queries.open([query('q3')]);
    expect(await ids()).toEqual(['q3', 'q2']);
    end(query('q3'));
    expect(await daysRead()).toEqual(['2026-01-09', '2026-01-10']);
    expect(await daysRead()).toEqual(['2026-01-10']);
  });

  test('a day whose listing was broken off stays listed', async () => {
    await queries.open([query('q1')]);
    for await (const _ of queries.openQueries()) break;
    expect(await ids()).toEqual(['q1']);
  });

  for (const step of ['list days', 'read a day', 'leave a day out'] as const) {
    test(`a query that is opened just before a listing is to ${step} is found, now or the next time`, async () => {
      await queries.open([query('q1')]);
      end(query('q1'));
      await heldUp(step, () => queries.open([query('q2')]));
      expect(await ids()).toEqual(['q2']);
    });

    test(`also where it stands behind the list while it is to ${step}, and the day follows later`, async () => {
      await queries.open([query('q1')]);
      end(query('q1'));
      let listed: Promise<unknown> = Promise.resolve();
      await heldUp(step, async () => {
        let goOn: () => void = () => undefined;
        const held = new Promise<void>((resolve) => {
          goOn = resolve;
        });
        const send = async (command: { readonly input: object }) => {
          if (command.constructor.name === 'UpdateItemCommand') await held;
          return Reflect.apply(dynamodb.send, dynamodb, [command]);
        };
        listed = of(Object.assign(Object.create(dynamodb), { send })).open([query('q2')]);
        setImmediate(goOn);
      });
      await listed;
      expect(await ids()).toEqual(['q2']);
    });
  }

  /** While a listing sleeps, the day leaves the list and comes back. Gives the open queries that are found then. */
  async function sleptThroughAll(): Promise<string[]> {
    await queries.open([query('q1')]);
    end(query('q1'));
    await heldUp('leave a day out', async () => {
      expect(await ids()).toEqual([]);
      await queries.open([query('q2')]);
    });
    return ids();
  }

  test('a listing that slept while the day left the list and came back does not leave it out again', async () => {
    expect(await sleptThroughAll()).toEqual(['q2']);
  });

  test('which it would, were days deleted from the list: their count would begin anew', async () => {
    const { dynamodb: real } = world.clients;
    const send = async (command: { readonly input: object }) => {
      if (stepOf(command) !== 'leave a day out') return Reflect.apply(real.send, real, [command]);
      const { UpdateExpression: _, ...input } = { UpdateExpression: '', ...command.input };
      return Reflect.apply(real.send, real, [new DeleteItemCommand({ Key: {}, TableName: TABLE, ...input })]);
    };
    dynamodb = Object.assign(Object.create(real), { send });
    queries = of(dynamodb);
    expect(await sleptThroughAll()).toEqual([]);
  });

  test('pages: a list and days that DynamoDB gives item by item are read to their end', async () => {
    world.dynamodb.pageBytes = 1;
    const all = Array.from({ length: 12 }, (_, n) => query(`q${n}`, NOON + (n % 3) * DAY));
    await queries.open(all);
    expect((await ids()).sort()).toEqual(all.map(({ id }) => id).sort());
  });

  test('X2: what a newer version wrote is refused, never guessed', async () => {
    await queries.open([query('q1')]);
    const item = world.dynamodb.items(TABLE).find(({ pk }) => pk?.S?.startsWith('ENR#'));
    world.dynamodb.put(TABLE, { ...item, why: { S: 'a new reason' } });
    await expect(ids()).rejects.toMatchObject({ code: 'LAKE_FORMAT' });
    world.dynamodb.put(TABLE, { ...item, ver: { N: '2' } });
    await expect(ids()).rejects.toMatchObject({ code: 'LAKE_FORMAT' });
  });
});
