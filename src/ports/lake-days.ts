import type { Day } from '../lake/partition.js';
import type { TableName } from '../lake/tables.js';

/** The days of a table for which the lake holds folders, whatever register and catalog say. */
export interface LakeDays {
  list(table: TableName): AsyncIterable<{ readonly generation: number; readonly day: Day }>;
}
