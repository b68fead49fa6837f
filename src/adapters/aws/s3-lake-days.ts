import { parsePartitionPath } from '../../lake/partition.js';
import type { TableName } from '../../lake/tables.js';
import type { LakeDays } from '../../ports/lake-days.js';
import { S3LakeObjects, type S3LakeOptions } from './s3-lake-objects.js';

type GenerationAndDay = { readonly generation: number; readonly day: string };

/** `g=`, `year=`, `month=`, `day=` */
const LEVELS = 4;

/**
 * The days of a table by the folders that S3 shows: one listing a month and a year, however many objects lie in a
 * day. Folders of other names are not ours.
 * @throws AuditLakeError AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export class S3LakeDays implements LakeDays {
  readonly #objects: S3LakeObjects;

  constructor(options: S3LakeOptions) {
    this.#objects = new S3LakeObjects(options);
  }

  list(table: TableName): AsyncIterable<GenerationAndDay> {
    return this.#below(table, []);
  }

  async *#below(table: TableName, above: readonly string[]): AsyncIterable<GenerationAndDay> {
    const path = above.join('/');
    if (above.length === LEVELS) {
      const found = parsePartitionPath(path);
      if (found) yield found;
      return;
    }
    for await (const name of this.#objects.folders(`${[table, ...above].join('/')}/`)) {
      yield* this.#below(table, [...above, name]);
    }
  }
}
