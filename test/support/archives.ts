import { S3Archive } from '../../src/adapters/aws/s3-archive.js';
import type { Archive } from '../../src/ports/archive.js';
import { AwsWorld } from './aws/aws-world.ts';

/** What an archive is made of, and which part of it is looked at. */
export type Archived = {
  /** Keys of objects, or paths of files below a folder: slashes between the parts, none in front. */
  readonly keys: readonly string[];
  /** The places that are named, as a command line does; the whole where absent. */
  readonly places?: readonly string[];
  /** Where the lake lies, among the keys. */
  readonly lake?: string;
};

export type OpenArchive = {
  readonly archive: Archive;
  /** The key or path, as it was given, of a location or the place of a slice. */
  keyOf(location: string): string;
  /** The inverse: the location of a key, the place of a folder. */
  locationOf(key: string): string;
  close(): Promise<void>;
};

/** A kind of archive. `make` stores an object or file for each key; its content does not matter, its size is 1. */
export type ArchiveMaker = { readonly name: string; make(archived: Archived): Promise<OpenArchive> };

export const ARCHIVE_BUCKET = 'amzn-s3-demo-bucket';

/** Our adapter over the double of S3, in process. */
export const S3_ARCHIVE: ArchiveMaker = { name: 'S3', make: (archived) => inS3(archived, 1000) };

/** The same where every listing has many pages. */
export const S3_ARCHIVE_IN_PAGES: ArchiveMaker = {
  name: 'S3, in pages of two',
  make: (archived) => inS3(archived, 2),
};

async function inS3({ keys, places = [''], lake }: Archived, pageSize: number): Promise<OpenArchive> {
  const world = new AwsWorld();
  world.s3.createBucket(ARCHIVE_BUCKET);
  world.s3.pageSize = pageSize;
  for (const key of keys) world.s3.put(ARCHIVE_BUCKET, key, 'x');
  const placeOf = (prefix: string) => ({ bucket: ARCHIVE_BUCKET, prefix });
  const archive = new S3Archive({
    client: world.clients.s3,
    places: places.map(placeOf),
    lake: lake === undefined ? undefined : placeOf(lake),
    now: world.now,
    waiting: { pause: async () => {}, random: () => 0.5 },
  });
  const root = `s3://${ARCHIVE_BUCKET}/`;
  return {
    archive,
    keyOf: (location) => location.slice(root.length),
    locationOf: (key) => `${root}${key}`,
    close: async () => {},
  };
}
