import { parseKey } from '../../cloudtrail/log-file-ref.js';
import type { Check, Step } from '../../ports/access-check.js';
import { type LogFileAccessOptions, type LogFileSeen, readStep } from './log-file-access.js';
import { bucketName } from './resource-arns.js';
import { listPages } from './s3-pages.js';
import { formatPlace } from './s3-place.js';

const MOST_KEYS = 1_000;
const MOST_PAGES = 20;
const ARCHIVES: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** What a listing came upon: the first log file that can be read, and how many objects it was looked for among. */
type Found = { readonly key: string | undefined; readonly objects: number };

/** Whether log files of a place can be listed, and the first of them read to its end. `seen`: which one that is. */
export function sourceAccess(options: LogFileAccessOptions, seen: LogFileSeen = {}): readonly Check[] {
  const { place, arns, expectedOwner } = options;
  let found: Found | undefined;
  const list: Step = {
    call: {
      action: 's3:ListBucket',
      on: bucketName(place, expectedOwner),
      allowedBy: { actions: ['s3:ListBucket'], resources: arns.bucket(place) },
    },
    run: async () => {
      found = await firstLogFile(options);
      seen.logFile = found.key === undefined ? seen.logFile : formatPlace({ ...place, prefix: found.key });
      return formatPlace(place);
    },
  };
  const unless = () => {
    if (found === undefined) return 'needs source';
    if (found.key !== undefined) return undefined;
    return `no log file outside of archives among the ${found.objects} objects that were listed: none was read`;
  };
  const needs = ['credentials'];
  return [
    { name: 'source', needs, steps: [list] },
    { name: 'log file', needs, unless, steps: [readStep(options, seen)] },
  ];
}

async function firstLogFile({ place, ...access }: LogFileAccessOptions): Promise<Found> {
  const { bucket, prefix } = place;
  let objects = 0;
  let after: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    for await (const page of listPages(access, { bucket, prefix, after, most: MOST_KEYS })) {
      const { Contents: listed = [], IsTruncated: isMore = false } = page;
      objects += listed.length;
      const readable = listed.filter(({ StorageClass = '' }) => !ARCHIVES.has(StorageClass));
      const key = readable.find(({ Key = '' }) => parseKey(bucket, Key).kind === 'log-file')?.Key;
      if (key !== undefined || !isMore) return { key, objects };
      after = pastForeign(bucket, listed.at(-1)?.Key ?? '');
    }
  }
  return { key: undefined, objects };
}

/**
 * Behind which key to go on: digests sort before log files and may be thousands, so what is left of a folder that
 * holds no log files is passed over.
 */
function pastForeign(bucket: string, key: string): string {
  for (let end = key.indexOf('/'); end >= 0; end = key.indexOf('/', end + 1)) {
    const folder = key.slice(0, end);
    // Of all characters 0 comes next to the slash.
    if (parseKey(bucket, `${folder}/any.json`).kind === 'foreign') return `${folder}0`;
  }
  return key;
}
