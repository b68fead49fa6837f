import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDbLakeState } from '../../src/adapters/aws/dynamodb-lake-state.js';
import { mustBelongTo } from '../../src/adapters/aws/dynamodb-owner.js';
import { DynamoDbTable } from '../../src/adapters/aws/dynamodb-table.js';
import type { AwsWorld } from './aws/aws-world.ts';
import type { SmallLake } from './small-lake.ts';

/** Where a lake lies in S3, and the table of its state. */
export type LakePlace = { readonly bucket: string; readonly prefix: string; readonly table: string };

/** Puts the data files of a small lake into S3, and commits each as a bundle of its own. */
export async function commitInS3(world: AwsWorld, lake: SmallLake, place: LakePlace): Promise<void> {
  const waiting = { pause: async () => undefined, random: () => 0 };
  const table = new DynamoDbTable(world.clients.dynamodb, place.table, waiting);
  await mustBelongTo(table, `s3://${place.bucket}/${place.prefix}`, false);
  const state = new DynamoDbLakeState(table, () => 0);
  for (const { table: name, day, files } of lake.days) {
    await state.openPartitions([{ table: name, day }]);
    for (const { path, bytes } of files) {
      world.s3.put(place.bucket, `${place.prefix}/${path}`, await readFile(join(lake.root, path)));
      const bid = path.replace(/^.*\/b-|\.parquet$/g, '');
      const part = { table: name, day, generation: 0, files: 1, rows: 1, bytes, sha256: '', rowHashSum: '' };
      await state.commit({ bid, entries: [], parts: [part], openQueries: [] });
    }
  }
}
