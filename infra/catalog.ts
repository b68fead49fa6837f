import { type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import { Construct } from 'constructs';
import { STORED_AS_PARQUET } from '../src/lake/ddl.js';
import { PARTITION_COLUMNS, TABLE_NAMES, TABLES, type Table } from '../src/lake/tables.js';
import type { Lake } from './lake.js';

type CatalogProps = {
  readonly lake: Lake;
  readonly databaseName: string;
  readonly removalPolicy: RemovalPolicy;
};

/**
 * What engines see: a database, and the tables as their writer knows them. Views are made by maintenance, since Athena
 * alone writes views that it can read; partitions by the registrar.
 */
export class Catalog extends Construct {
  readonly databaseName: string;

  constructor(scope: Construct, id: string, { lake, databaseName, removalPolicy }: CatalogProps) {
    super(scope, id);
    this.databaseName = databaseName;
    const catalogId = Stack.of(this).account;
    const database = new CfnDatabase(this, 'Database', {
      catalogId,
      databaseInput: {
        name: databaseName,
        description: 'Who queried what, when, and from where (audit-lake)',
      },
    });
    database.applyRemovalPolicy(removalPolicy);
    for (const name of TABLE_NAMES) {
      const table = new CfnTable(this, `Table-${name}`, {
        catalogId,
        databaseName,
        tableInput: tableInput(TABLES[name], lake.location),
      });
      table.addResourceDependency(database);
      table.applyRemovalPolicy(removalPolicy);
    }
  }
}

/** What CREATE EXTERNAL TABLE ... STORED AS PARQUET makes of a table (aws-facts 10). */
function tableInput({ name, meaning, columns }: Table, location: string): CfnTable.TableInputProperty {
  return {
    name,
    description: meaning,
    tableType: 'EXTERNAL_TABLE',
    parameters: { EXTERNAL: 'TRUE', classification: 'parquet' },
    partitionKeys: PARTITION_COLUMNS.map((column) => ({ name: column, type: 'string' })),
    storageDescriptor: {
      columns: columns.map((column) => ({ name: column.name, type: column.type, comment: column.meaning })),
      location: `${location}/${name}/`,
      inputFormat: STORED_AS_PARQUET.inputFormat,
      outputFormat: STORED_AS_PARQUET.outputFormat,
      serdeInfo: {
        serializationLibrary: STORED_AS_PARQUET.serde,
        parameters: { 'serialization.format': '1' },
      },
    },
  };
}
