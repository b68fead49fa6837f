import { describe, expect, test } from 'vitest';
import { DynamoDbLakeState } from '../../src/adapters/aws/dynamodb-lake-state.js';
import { type DynamoDbCalls, DynamoDbTable } from '../../src/adapters/aws/dynamodb-table.js';
import type { Commit } from '../../src/ports/lake-state.js';
import { AwsWorld } from '../support/aws/aws-world.ts';

const TABLE = 'audit-lake-state';
const DAY = { table: 'athena_events', day: '2026-01-05' } as const;
const COMMIT: Commit = {
  bid: 'b'.repeat(26),
  entries: [
    {
      ...{ fid: 'one', status: 'COMMITTED', etag: 'e', sha256: 'aa', bid: 'b'.repeat(26) },
      ...{ rows: 1, read: 1, ignored: 0, rejected: 0 },
    },
  ],
  parts: [{ ...DAY, generation: 0, files: 1, rows: 1, bytes: 1, sha256: 'bb', rowHashSum: '0' }],
  openQueries: [],
};

/**
 * A transaction that stalls half-way: its response is lost, FILE shows it already, BUNDLE is still locked and not
 * read yet. The double cannot do it, since it does every call in one step.
 */
function stalled(world: AwsWorld, tokens: string[]): DynamoDbCalls {
  const { dynamodb } = world.clients;
  let calls = 0;
  const send = async (command: { readonly input: object }) => {
    const name = command.constructor.name;
    if (name === 'TransactWriteItemsCommand') {
      calls++;
      tokens.push(Reflect.get(command.input, 'ClientRequestToken'));
      if (calls === 1) await Reflect.apply(dynamodb.send, dynamodb, [command]);
      if (calls < 4) throw calls === 1 ? new Error('lost') : halfSeen(world);
    }
    if (name === 'GetItemCommand' && calls < 4) return {};
    return Reflect.apply(dynamodb.send, dynamodb, [command]);
  };
  return Object.assign(Object.create(dynamodb), { send });
}

function halfSeen(world: AwsWorld): Error {
  const Item = world.dynamodb.items(TABLE).find(({ pk }) => pk?.S === 'FILE#one');
  const reasons = [{ Code: 'TransactionConflict' }, { Code: 'ConditionalCheckFailed', Item }];
  const more = ['None', 'None'].map((Code) => ({ Code }));
  const error = Object.assign(new Error('cancelled'), { CancellationReasons: [...reasons, ...more] });
  return Object.assign(error, { name: 'TransactionCanceledException' });
}

describe('D17: a transaction of our own that settles slowly', () => {
  test('is never taken for that of a rival, whatever is seen of it: its rows would be thrown away', async () => {
    const world = new AwsWorld({ now: () => 0 });
    world.dynamodb.createTable(TABLE);
    const tokens: string[] = [];
    const waiting = { pause: async () => undefined, random: () => 0 };
    const plain = new DynamoDbLakeState(new DynamoDbTable(world.clients.dynamodb, TABLE, waiting), () => 0);
    await plain.openPartitions([DAY]);
    const state = new DynamoDbLakeState(new DynamoDbTable(stalled(world, tokens), TABLE, waiting), () => 0);
    expect(await state.commit(COMMIT)).toEqual({ kind: 'committed' });
    expect(tokens).toHaveLength(4);
    expect(new Set(tokens).size).toBe(1);
    expect(tokens[0]?.length).toBeLessThanOrEqual(36);
  });
});
