import { setting } from './setting.js';
import * as values from './setting-values.js';

/** The settings of the raw table: both, or none. */
export const RAW_SETTINGS = {
  rawTable: setting({
    key: 'raw_table',
    env: 'AUDIT_LAKE_RAW_TABLE',
    flag: '--raw-table',
    argument: '<name>',
    meaning: "a table over CloudTrail's own log files, whose partitions are registered as they arrive",
    takes: 'up to 128 of a-z, 0-9 and _, no digit first, and no table or view of the lake',
    byDefault: 'there is none',
    parse: values.rawTableName,
  }),
  rawSource: setting({
    key: 'raw_source',
    env: 'AUDIT_LAKE_RAW_SOURCE',
    flag: '--raw-source',
    argument: '<s3-location>',
    meaning: 'the folder of accounts that the raw table lies over',
    takes: 's3://bucket/prefix/AWSLogs/, of an organization s3://bucket/prefix/AWSLogs/o-exampleorgid/',
    parse: values.rawSource,
  }),
};
