import { gunzipSync } from 'node:zlib';
import type { DuckDBConnection } from '@duckdb/node-api';
import { StatementFailure } from './aws/athena-catalog.ts';
import type { AthenaData, Selected } from './aws/athena-writes.ts';
import type { AwsWorld } from './aws/aws-world.ts';
import type { CatalogTable } from './aws/glue-catalog.ts';
import { duckType } from './hive-json.ts';
import { inDuckDb, inDuckDbsWords, load, PARTITION, RAW_TYPES, rawRow } from './raw-in-duckdb.ts';

const FOLDER = /(\d{12})\/CloudTrail\/([a-z0-9-]+)\/(\d{4})\/(\d\d)\/(\d\d)\/[^/]+$/;
const WORDS = new Set<string>([...PARTITION, 'in', 'and', 'or', 'not', 'between']);

type Place = { readonly values: readonly string[]; readonly location: string };

/**
 * What Athena would answer: SELECTs over log files in the S3 of a world by the raw table of its catalog, and over tables
 * that its own statements made. DuckDB runs the SQL; which partitions are read follows from the conditions on their
 * columns, and nothing else is loaded.
 */
export class AthenaOverLogs implements AthenaData {
  readonly #world: AwsWorld;

  constructor(world: AwsWorld) {
    this.#world = world;
  }

  async select(sql: string, database: string): Promise<Selected> {
    const [, name = ''] = /\bFROM\s+"?([a-z0-9_]+)"?/i.exec(sql) ?? [];
    const { glue } = this.#world;
    if (!glue.hasTable(database, name)) {
      throw new StatementFailure(
        `TABLE_NOT_FOUND: line 1:1: Table 'awsdatacatalog.${database}.${name}' does not exist`,
      );
    }
    const table = glue.table(database, name);
    const isRaw = (table.input.PartitionKeys ?? []).length > 0;
    return inDuckDb(async (connection, folder) => {
      const read = isRaw
        ? await this.#loadLogs({ connection, folder, name, table }, sql)
        : await this.#loadRows({ connection, folder, name, table });
      return { ...(await answerOf(connection, sql)), ...read };
    });
  }

  isEmpty(location: string): boolean {
    return this.#below(location).size === 0;
  }

  write(location: string, name: string, { columns, rows }: Selected): void {
    if (rows.length === 0) return;
    const lines = rows.map((row) =>
      JSON.stringify(Object.fromEntries(columns.map((column, at) => [column.name, row[at]]))),
    );
    const { bucket, prefix } = placeOf(location);
    this.#world.s3.put(bucket, `${prefix}${name}`, Buffer.from(lines.join('\n')));
  }

  async #loadLogs({ connection, folder, name, table }: Loading, sql: string) {
    const conditions = partitionConditions(sql);
    const places = isComputed(table) ? this.#computed(table, conditions) : registered(table);
    const wanted = await pruned(connection, places, conditions);
    const rows: string[] = [];
    let bytesScanned = 0;
    for (const { values, location } of wanted) {
      for (const [, { bytes }] of this.#below(location)) {
        bytesScanned += bytes.length;
        for (const record of recordsOf(bytes)) {
          rows.push(rawRow(record, values));
        }
      }
    }
    await load(connection, { folder, name, columns: RAW_TYPES, rows });
    return { bytesScanned, partitions: wanted.map(({ values }) => values.join('/')) };
  }

  async #loadRows({ connection, folder, name, table }: Loading) {
    const { Columns = [], Location = '' } = table.input.StorageDescriptor ?? {};
    const columns = Columns.map(({ Name = '', Type = '' }) => [Name, duckType(Type)] as const);
    const objects = [...this.#below(Location).values()].map(({ bytes }) => Buffer.from(bytes));
    const rows = objects.flatMap((bytes) => bytes.toString().split('\n'));
    await load(connection, { folder, name, columns, rows });
    return { bytesScanned: objects.reduce((sum, { length }) => sum + length, 0), partitions: [] };
  }

  /** The folders that are there: computed ones without log files give no rows. */
  #computed(table: CatalogTable, conditions: readonly string[]): readonly Place[] {
    const { Parameters = {}, StorageDescriptor } = table.input;
    for (const column of PARTITION) {
      const isNamed = conditions.some((condition) => condition.startsWith(`${column} = '`));
      if (Parameters[`projection.${column}.type`] === 'injected' && !isNamed) {
        throw new StatementFailure(
          `CONSTRAINT_VIOLATION: For the injected projected partition column ${column}, the WHERE clause must contain only static equality conditions, and at least one such condition must be present.`,
        );
      }
    }
    const root = StorageDescriptor?.Location ?? '';
    const folders = new Map<string, readonly string[]>();
    for (const key of this.#below(root).keys()) {
      const values = FOLDER.exec(key)?.slice(1) ?? [];
      const isListed = values.every((value, at) => {
        const listed = Parameters[`projection.${PARTITION[at]}.values`];
        return listed === undefined || listed.split(',').includes(value);
      });
      if (values.length > 0 && isListed) folders.set(values.join('/'), values);
    }
    return [...folders.values()].map((values) => {
      const [account, region, ...date] = values;
      return { values, location: `${root}${account}/CloudTrail/${region}/${date.join('/')}/` };
    });
  }

  #below(location: string) {
    const { bucket, prefix } = placeOf(location);
    return this.#world.s3.objects(bucket, prefix);
  }
}

type Loading = {
  readonly connection: DuckDBConnection;
  readonly folder: string;
  readonly name: string;
  readonly table: CatalogTable;
};

async function answerOf(connection: DuckDBConnection, sql: string) {
  const reader = await connection.runAndReadAll(inDuckDbsWords(sql));
  const types = reader.columnTypes().map((type) => String(type).toLowerCase());
  return {
    columns: reader.columnNames().map((name, at) => ({ name, type: types[at] ?? 'varchar' })),
    rows: reader.getRowsJS().map((row) => row.map((cell) => (cell === null ? null : String(cell)))),
  };
}

function* recordsOf(bytes: Uint8Array): Iterable<unknown> {
  let text: string;
  try {
    text = gunzipSync(bytes).toString();
  } catch (error) {
    throw new StatementFailure(`HIVE_CURSOR_ERROR: ${error instanceof Error ? error.message : error}`);
  }
  yield* JSON.parse(text).Records;
}

/** The conditions of WHERE, joined by AND, that name columns of partitions and nothing else. */
function partitionConditions(sql: string): readonly string[] {
  const where = /\bWHERE\b(.*)$/is.exec(sql)?.[1] ?? '';
  return topLevel(where).filter((condition) => {
    const words = condition.replace(/'(?:[^']|'')*'/g, '').match(/[a-z_][a-z0-9_.]*/gi) ?? [];
    return words.length > 0 && words.every((word) => WORDS.has(word.toLowerCase()));
  });
}

function topLevel(where: string): readonly string[] {
  const parts = where.match(/'(?:[^']|'')*'|\bAND\b|[()]|[^'()]+?(?=\bAND\b|['()]|$)/gis) ?? [];
  const conditions = [''];
  let depth = 0;
  for (const part of parts) {
    depth += Number(part === '(') - Number(part === ')');
    if (depth === 0 && /^AND$/i.test(part)) conditions.push('');
    else conditions.push(`${conditions.pop()}${part}`);
  }
  return conditions.map((condition) => condition.trim());
}

async function pruned(
  connection: DuckDBConnection,
  places: readonly Place[],
  conditions: readonly string[],
): Promise<readonly Place[]> {
  if (places.length === 0) return [];
  const rows = places.map(({ values }, at) => `(${at}, ${values.map((value) => `'${value}'`).join(', ')})`);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const sql = `SELECT nth FROM (VALUES ${rows.join(', ')}) AS p(nth, ${PARTITION.join(', ')}) ${where} ORDER BY nth`;
  const found = (await connection.runAndReadAll(sql)).getRowsJS();
  return found.flatMap(([at]) => places[Number(at)] ?? []);
}

const isComputed = ({ input }: CatalogTable) => input.Parameters?.['projection.enabled'] === 'true';

const registered = ({ partitions }: CatalogTable): readonly Place[] =>
  [...partitions.values()].map(({ input }) => ({
    values: input.Values ?? [],
    location: input.StorageDescriptor?.Location ?? '',
  }));

function placeOf(location: string) {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(location) ?? [];
  return { bucket, prefix };
}
