import type {
  Column as GlueColumn,
  PartitionInput,
  StorageDescriptor,
  TableInput,
} from '@aws-sdk/client-glue';
import type { Column } from '../../datasets/column.js';
import { lakeLocation, STORED_AS_PARQUET } from '../../lake/ddl.js';
import { type PartitionPlace, partitionLocation } from '../../lake/partition-ddl.js';
import { PARTITION_COLUMNS, type Table } from '../../lake/tables.js';

/** What CREATE EXTERNAL TABLE ... STORED AS PARQUET makes of a table (aws-facts 10). */
export function tableInput(table: Table, lake: string): TableInput {
  return {
    Name: table.name,
    Description: table.meaning,
    TableType: 'EXTERNAL_TABLE',
    Parameters: { EXTERNAL: 'TRUE', classification: 'parquet' },
    PartitionKeys: PARTITION_COLUMNS.map((name) => ({ Name: name, Type: 'string' })),
    StorageDescriptor: {
      Columns: table.columns.map(glueColumn),
      Location: `${lakeLocation(lake)}/${table.name}/`,
      InputFormat: STORED_AS_PARQUET.inputFormat,
      OutputFormat: STORED_AS_PARQUET.outputFormat,
      SerdeInfo: {
        SerializationLibrary: STORED_AS_PARQUET.serde,
        Parameters: { 'serialization.format': '1' },
      },
    },
  };
}

const glueColumn = ({ name, type, meaning }: Column): GlueColumn => ({
  Name: name,
  Type: type,
  Comment: meaning,
});

/** A partition described like its table: Glue wants the whole of it. */
export function partitionInput(
  like: StorageDescriptor | undefined,
  { lake, place }: { readonly lake: string; readonly place: PartitionPlace },
): PartitionInput {
  return {
    Values: place.day.split('-'),
    StorageDescriptor: { ...like, Location: partitionLocation(lake, place) },
  };
}
