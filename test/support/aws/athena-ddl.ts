import type { Column } from '@aws-sdk/client-glue';
import { SqlTokens } from './athena-tokens.ts';

/** A table as a statement names it; without a database it is that of the query's context. */
export type TableRef = { readonly database?: string; readonly table: string };

/** Values of a partition by the names of its columns. */
export type PartitionSpec = ReadonlyMap<string, string>;

export type PartitionPlace = { readonly spec: PartitionSpec; readonly location?: string };

/** `PARQUET`, or classes of Hive. */
export type Format = string | { readonly serde: string; readonly input: string; readonly output: string };

/** A statement that changes the catalog. */
export type Ddl =
  | { readonly kind: 'create database'; readonly name: string; readonly ifNotExists: boolean }
  | {
      readonly kind: 'create table';
      readonly ref: TableRef;
      readonly ifNotExists: boolean;
      readonly columns: readonly Column[];
      readonly keys: readonly Column[];
      readonly location: string;
      readonly format: Format;
      readonly properties: { readonly [name: string]: string };
    }
  | {
      readonly kind: 'create view';
      readonly ref: TableRef;
      readonly orReplace: boolean;
      readonly text: string;
    }
  | {
      readonly kind: 'add partitions';
      readonly ref: TableRef;
      readonly ifNotExists: boolean;
      readonly partitions: readonly PartitionPlace[];
    }
  | { readonly kind: 'add columns'; readonly ref: TableRef; readonly columns: readonly Column[] }
  | {
      readonly kind: 'set location';
      readonly ref: TableRef;
      readonly spec: PartitionSpec;
      readonly location: string;
    }
  | {
      readonly kind: 'drop partitions';
      readonly ref: TableRef;
      readonly ifExists: boolean;
      readonly specs: readonly PartitionSpec[];
    }
  | { readonly kind: 'drop table'; readonly ref: TableRef; readonly ifExists: boolean };

/** Reads CREATE, ALTER and DROP statements. @throws AwsError InvalidRequestException for what Athena would not read */
export function readDdl(sql: string): Ddl {
  const tokens = new SqlTokens(sql);
  const ddl = readStatement(tokens, sql);
  tokens.takeIf(';');
  if (!tokens.isAtEnd() && ddl.kind !== 'create view') throw tokens.unexpected();
  return ddl;
}

function readStatement(tokens: SqlTokens, sql: string): Ddl {
  if (tokens.takeIf('ALTER')) return readAlter(tokens);
  if (!tokens.takeIf('DROP', 'TABLE')) return readCreate(tokens, sql);
  const ifExists = tokens.takeIf('IF', 'EXISTS');
  return { kind: 'drop table', ref: readTable(tokens), ifExists };
}

function readCreate(tokens: SqlTokens, sql: string): Ddl {
  tokens.expect('CREATE');
  const orReplace = tokens.takeIf('OR', 'REPLACE');
  if (tokens.takeIf('VIEW')) {
    const ref = readTable(tokens);
    tokens.expect('AS');
    return { kind: 'create view', ref, orReplace, text: sql };
  }
  if (orReplace) throw tokens.unexpected();
  if (tokens.takeIf('EXTERNAL', 'TABLE')) return readCreateTable(tokens);
  if (!tokens.takeIf('DATABASE') && !tokens.takeIf('SCHEMA')) throw tokens.unexpected();
  const ifNotExists = tokens.takeIf('IF', 'NOT', 'EXISTS');
  const name = tokens.identifier();
  if (tokens.takeIf('COMMENT')) tokens.text();
  if (tokens.takeIf('LOCATION')) tokens.location();
  return { kind: 'create database', name, ifNotExists };
}

function readCreateTable(tokens: SqlTokens): Ddl {
  const ifNotExists = tokens.takeIf('IF', 'NOT', 'EXISTS');
  const ref = readTable(tokens);
  const columns = readColumns(tokens);
  if (tokens.takeIf('COMMENT')) tokens.text();
  const keys = tokens.takeIf('PARTITIONED', 'BY') ? readColumns(tokens) : [];
  const format = readFormat(tokens);
  tokens.expect('LOCATION');
  const location = tokens.location();
  const pairs = tokens.takeIf('TBLPROPERTIES') ? tokens.enclosed(() => readProperty(tokens)) : [];
  const properties = Object.fromEntries(pairs);
  return { kind: 'create table', ref, ifNotExists, columns, keys, location, format, properties };
}

function readFormat(tokens: SqlTokens): Format {
  const serde = tokens.takeIf('ROW', 'FORMAT', 'SERDE') ? tokens.text() : undefined;
  tokens.expect('STORED', 'AS');
  if (serde === undefined) return tokens.identifier();
  tokens.expect('INPUTFORMAT');
  const input = tokens.text();
  tokens.expect('OUTPUTFORMAT');
  return { serde, input, output: tokens.text() };
}

function readProperty(tokens: SqlTokens): readonly [string, string] {
  const name = tokens.text();
  tokens.expect('=');
  return [name, tokens.text()];
}

function readColumns(tokens: SqlTokens): readonly Column[] {
  return tokens.enclosed(() => {
    const Name = tokens.identifier();
    const Type = tokens.type();
    return { Name, Type, ...(tokens.takeIf('COMMENT') && { Comment: tokens.text() }) };
  });
}

function readAlter(tokens: SqlTokens): Ddl {
  tokens.expect('TABLE');
  const ref = readTable(tokens);
  if (tokens.takeIf('ADD', 'COLUMNS')) return { kind: 'add columns', ref, columns: readColumns(tokens) };
  if (tokens.takeIf('ADD')) {
    const ifNotExists = tokens.takeIf('IF', 'NOT', 'EXISTS');
    const partitions: PartitionPlace[] = [];
    do {
      const spec = readPartition(tokens);
      partitions.push({ spec, ...(tokens.takeIf('LOCATION') && { location: tokens.location() }) });
    } while (tokens.isAt('PARTITION'));
    return { kind: 'add partitions', ref, ifNotExists, partitions };
  }
  if (tokens.takeIf('DROP')) {
    const ifExists = tokens.takeIf('IF', 'EXISTS');
    const specs = [readPartition(tokens)];
    while (tokens.takeIf(',')) specs.push(readPartition(tokens));
    return { kind: 'drop partitions', ref, ifExists, specs };
  }
  const spec = readPartition(tokens);
  tokens.expect('SET', 'LOCATION');
  return { kind: 'set location', ref, spec, location: tokens.location() };
}

function readPartition(tokens: SqlTokens): PartitionSpec {
  tokens.expect('PARTITION');
  const pairs = tokens.enclosed(() => {
    const name = tokens.identifier();
    tokens.expect('=');
    return [name, tokens.text()] as const;
  });
  return new Map(pairs);
}

function readTable(tokens: SqlTokens): TableRef {
  const first = tokens.identifier();
  return tokens.takeIf('.') ? { database: first, table: tokens.identifier() } : { table: first };
}
