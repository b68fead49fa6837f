import { AuditLakeError } from '../errors.js';

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

type Prefix = { readonly bucket: string; readonly start: string };

/**
 * Refuses a place to write that lies where we listen, or the other way round: S3 would tell us of our own objects,
 * for ever (failure modes T18, O5). Prefixes mean what they mean to S3's notifications: beginnings of keys, not
 * folders, so `s3://bucket/logs` watches `logs2/x` too. A folder overlaps with nothing.
 *
 * @param written where we write: a lake or the results of its queries; below it, with a slash, lie our objects
 * @param sources prefixes that notifications come from, `s3://bucket` or `s3://bucket/beginning`
 * @throws AuditLakeError USAGE for an overlap, or a source that is no location in S3
 */
export function mustNotOverlap(written: string, sources: readonly string[]): void {
  const watched = sources.map((source) => ({ source, ...watchedPrefix(source) }));
  const ours = prefixOf(written);
  if (ours === undefined) return;
  const below = ours.start === '' || ours.start.endsWith('/') ? ours.start : `${ours.start}/`;
  for (const { source, bucket, start } of watched) {
    if (bucket !== ours.bucket || !(below.startsWith(start) || start.startsWith(below))) continue;
    throw new AuditLakeError(
      'USAGE',
      `What is written to ${written} would be notified as a log file of the source ${source}. ` +
        'Give the lake and its results a bucket of their own, or a prefix that no source begins with',
    );
  }
}

function watchedPrefix(source: string): Prefix {
  const prefix = prefixOf(source);
  if (prefix && BUCKET.test(prefix.bucket)) return prefix;
  throw new AuditLakeError(
    'USAGE',
    `Not a source: ${JSON.stringify(source)}. Expected s3://bucket/prefix, the bucket of lower-case letters, digits, . and -`,
  );
}

/** Everything behind the slash after the bucket, as it stands: a slash at its end matters. */
function prefixOf(location: string): Prefix | undefined {
  const [, bucket, start = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(location) ?? [];
  return bucket === undefined ? undefined : { bucket, start };
}
