import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { mustNotOverlap } from '../src/lake/overlap.js';
import { TABLE_NAMES } from '../src/lake/tables.js';
import { NAMES } from './names.js';

/** Where a lake lies, and the parts of it that permissions tell apart. */
export type Lake = {
  readonly bucket: IBucket;
  /** `s3://bucket/prefix` */
  readonly location: string;
  readonly encryptionKey: IKey | undefined;
  /** The beginning of the keys of a part of the lake. */
  readonly below: (part: string) => string;
  /** The tables, which readers see. */
  readonly tables: readonly string[];
  readonly stage: string;
  readonly results: string;
  readonly plans: string;
  readonly lakeFile: string;
};

/** Where log files come from. */
export type Trail = { readonly bucket: IBucket; readonly prefix: string; readonly key: IKey | undefined };

/** @throws Error for a prefix that has a slash at its end, or at its beginning */
export function lakeIn(bucket: IBucket, prefix: string, encryptionKey: IKey | undefined): Lake {
  if (prefix.startsWith('/') || prefix.endsWith('/')) {
    throw new Error(`lakePrefix ${JSON.stringify(prefix)}: leave out the slash at its beginning and its end`);
  }
  const root = prefix === '' ? '' : `${prefix}/`;
  const below = (part: string) => `${root}${part}`;
  return {
    bucket,
    encryptionKey,
    below,
    location: `s3://${bucket.bucketName}${prefix === '' ? '' : `/${prefix}`}`,
    tables: TABLE_NAMES.map((name) => below(`${name}/`)),
    stage: below(NAMES.stage),
    results: below(NAMES.results),
    plans: below(NAMES.plans),
    lakeFile: below(NAMES.lakeFile),
  };
}

/**
 * Refuses a lake that would hear itself (threat T18). Names of buckets may be known only when they are deployed: what
 * counts is whether both are the same one.
 * @throws AuditLakeError USAGE
 */
export function mustNotHearItself(lake: Lake, trail: Trail): void {
  if (lake.bucket.bucketName !== trail.bucket.bucketName) return;
  const named = (path: string) => `s3://amzn-s3-demo-bucket/${path}`;
  mustNotOverlap(named(lake.below('').replace(/\/$/, '')), [named(trail.prefix)]);
}
