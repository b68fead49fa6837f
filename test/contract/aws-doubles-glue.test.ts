import {
  BatchCreatePartitionCommand,
  BatchGetPartitionCommand,
  CreateDatabaseCommand,
  CreateTableCommand,
  DeletePartitionCommand,
  GetDatabaseCommand,
  GetPartitionCommand,
  GetTableCommand,
  type GlueClient,
  paginateGetPartitions,
  UpdatePartitionCommand,
} from '@aws-sdk/client-glue';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { FACES } from '../support/aws/faces.ts';

const table = { DatabaseName: 'audit_lake', TableName: 'athena_events' };
const KEYS = ['year', 'month', 'day'].map((Name) => ({ Name, Type: 'string' }));
const valuesOf = (day: string) => ['2026', '01', day];
const partition = (day: string, generation = '0') => ({
  Values: valuesOf(day),
  StorageDescriptor: {
    Location: `s3://amzn-s3-demo-lake/g=${generation}/day=${day}/`,
    Columns: [{ Name: 'n', Type: 'int' }],
  },
});

describe.each(FACES)('the double of Glue, $name', ({ open }) => {
  let world: AwsWorld;
  let glue: GlueClient;
  let close: () => Promise<void>;

  beforeEach(async () => {
    world = new AwsWorld();
    world.glue.createDatabase('audit_lake');
    world.glue.createTable('audit_lake', { Name: 'athena_events', PartitionKeys: KEYS });
    const face = await open(world);
    glue = face.clients.glue;
    close = face.close;
  });
  afterEach(() => close());

  const create = async (...days: readonly string[]) => {
    const PartitionInputList = days.map((day) => partition(day));
    const { Errors = [] } = await glue.send(
      new BatchCreatePartitionCommand({ ...table, PartitionInputList }),
    );
    return Errors.map(({ PartitionValues = [], ErrorDetail }) => [
      PartitionValues.at(-1),
      ErrorDetail?.ErrorCode,
    ]);
  };
  const locationOf = async (day: string) => {
    const { Partition } = await glue.send(
      new GetPartitionCommand({ ...table, PartitionValues: valuesOf(day) }),
    );
    return Partition?.StorageDescriptor?.Location;
  };
  const MISSING = { name: 'EntityNotFoundException' };

  test('makes databases and tables', async () => {
    await expect(glue.send(new GetDatabaseCommand({ Name: 'new' }))).rejects.toMatchObject(MISSING);
    const database = new CreateDatabaseCommand({ DatabaseInput: { Name: 'new' } });
    await glue.send(database);
    await expect(glue.send(database)).rejects.toMatchObject({ name: 'AlreadyExistsException' });
    expect((await glue.send(new GetDatabaseCommand({ Name: 'new' }))).Database?.Name).toBe('new');
    const get = new GetTableCommand({ DatabaseName: 'new', Name: 't' });
    await expect(glue.send(get)).rejects.toMatchObject(MISSING);
    const make = new CreateTableCommand({
      DatabaseName: 'new',
      TableInput: { Name: 'T', PartitionKeys: KEYS },
    });
    await glue.send(make);
    await expect(glue.send(make)).rejects.toMatchObject({ name: 'AlreadyExistsException' });
    const { Table } = await glue.send(get);
    expect(Table).toMatchObject({ Name: 't', DatabaseName: 'new', PartitionKeys: KEYS });
    expect(Table?.CreateTime).toEqual(new Date(world.now()));
  });

  test('adds many partitions, and says in a 200 answer which it did not (P6)', async () => {
    expect(await create('09', '10')).toEqual([]);
    expect(await create('10', '11')).toEqual([['10', 'AlreadyExistsException']]);
    world.fail(({ operation }) => operation === 'BatchCreatePartition', { processed: 1 });
    expect(await create('12', '13')).toEqual([['13', 'InternalServiceException']]);
    expect([...world.glue.locations('audit_lake', 'athena_events').keys()]).toEqual([
      ...['2026/01/09', '2026/01/10', '2026/01/11', '2026/01/12'],
    ]);
    const many = Array.from({ length: 101 }, (_, at) => `${at}`);
    await expect(create(...many)).rejects.toMatchObject({ name: 'InvalidInputException' });
  });

  test('tells where partitions lie, moves and drops them', async () => {
    await expect(locationOf('09')).rejects.toMatchObject(MISSING);
    await create('09', '10');
    expect(await locationOf('09')).toBe('s3://amzn-s3-demo-lake/g=0/day=09/');
    const move = { PartitionValueList: valuesOf('09'), PartitionInput: partition('09', '1') };
    await glue.send(new UpdatePartitionCommand({ ...table, ...move }));
    expect(await locationOf('09')).toBe('s3://amzn-s3-demo-lake/g=1/day=09/');
    const drop = new DeletePartitionCommand({ ...table, PartitionValues: valuesOf('09') });
    await glue.send(drop);
    await expect(glue.send(drop)).rejects.toMatchObject(MISSING);
    await expect(glue.send(new UpdatePartitionCommand({ ...table, ...move }))).rejects.toMatchObject(MISSING);
    const none = glue.send(
      new GetPartitionCommand({ ...table, TableName: 'none', PartitionValues: valuesOf('10') }),
    );
    await expect(none).rejects.toMatchObject(MISSING);
  });

  test('lists partitions in pages, and asks for many at once', async () => {
    await create('09', '10', '11', '12', '13');
    world.glue.pageSize = 2;
    const seen: unknown[] = [];
    for await (const { Partitions = [] } of paginateGetPartitions({ client: glue }, { ...table })) {
      seen.push(Partitions.map(({ Values }) => Values?.at(-1)));
    }
    expect(seen).toEqual([['09', '10'], ['11', '12'], ['13']]);
    const PartitionsToGet = ['09', '31', '11'].map((day) => ({ Values: valuesOf(day) }));
    const ask = () => glue.send(new BatchGetPartitionCommand({ ...table, PartitionsToGet }));
    expect((await ask()).Partitions?.map(({ Values }) => Values?.at(-1))).toEqual(['09', '11']);
    world.fail(({ operation }) => operation === 'BatchGetPartition', { processed: 1 });
    const { Partitions, UnprocessedKeys } = await ask();
    expect([Partitions?.length, UnprocessedKeys]).toEqual([1, PartitionsToGet.slice(1)]);
  });
});
