import { setMaxListeners } from 'node:events';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { AuditLakeError, messageOf } from '../../errors.js';
import type { CommittedDay } from '../../ports/lake-state.js';
import { awsError, nameOf } from './aws-error.js';
import { again, type Waiting } from './back-off.js';
import { formatPlace, keyBelow, type S3Place } from './s3-place.js';
import { sideBySide } from './side-by-side.js';

export type DataFilesOptions = {
  readonly client: Pick<S3Client, 'send'>;
  /** Root of the lake. */
  readonly place: S3Place;
  readonly expectedOwner?: string | undefined;
  readonly waiting: Waiting;
  /** Ends the fetching early: its reason is thrown. */
  readonly signal: AbortSignal;
};

type DataFile = CommittedDay['files'][number];

const AT_ONCE = 16;
const MOST_ATTEMPTS = 4;
const GET = 's3:GetObject';
/** What `dataFilePath` makes. Ids come from the state: one that was tampered with must not lead out of the folder. */
const DATA_FILE = /^[a-z_]+\/g=\d{4,}\/year=\d{4}\/month=\d\d\/day=\d\d\/[bc]-[a-z0-9-]+\.parquet$/;

/**
 * Fetches data files of the committed list into a folder, each at its path in the lake, and gives the list of those
 * that are there: a member that is committed but not published yet has no object, and is left out (protocol 4.8).
 * When it throws, nothing is written any more.
 * @throws AuditLakeError AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED, LAKE_FORMAT (a path or a size that cannot be),
 *   LAKE_WRITE_FAILED (the folder takes no more)
 */
export async function fetchDataFiles(
  days: readonly CommittedDay[],
  folder: string,
  options: DataFilesOptions,
): Promise<readonly CommittedDay[]> {
  const failures: unknown[] = [];
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  // Every file that is on its way listens to it; Node would warn of a leak.
  setMaxListeners(0, signal);
  const there = new Set<DataFile>();
  const fetchOne = async (file: DataFile) => {
    try {
      if (!signal.aborted && (await fetchDataFile(file, folder, { ...options, signal }))) there.add(file);
    } catch (error) {
      failures.push(error);
      stop.abort();
    }
  };
  await sideBySide(
    days.flatMap(({ files }) => files),
    AT_ONCE,
    fetchOne,
  );
  options.signal.throwIfAborted();
  if (failures.length > 0) throw failures[0];
  return days.map((day) => ({ ...day, files: day.files.filter((file) => there.has(file)) }));
}

/** False where there is no such object. A body that breaks off is fetched again. */
async function fetchDataFile(file: DataFile, folder: string, options: DataFilesOptions): Promise<boolean> {
  if (!DATA_FILE.test(file.path)) {
    throw new AuditLakeError('LAKE_FORMAT', `the state of the lake names no data file: ${file.path}`);
  }
  const { place, signal, waiting } = options;
  const object = { bucket: place.bucket, prefix: keyBelow(place, file.path) };
  const resource = formatPlace(object);
  const fetchIt = async () => {
    const body = await bodyOf(object, options);
    if (body === undefined) return false;
    await keep(body, join(folder, file.path), { bytes: file.bytes, resource, signal });
    return true;
  };
  const mayPass = (error: unknown) => !(signal.aborted || error instanceof AuditLakeError);
  try {
    return await again({ waiting, most: MOST_ATTEMPTS, mayPass }, fetchIt);
  } catch (error) {
    throw awsError(error, { action: GET, resource });
  }
}

async function bodyOf(object: S3Place, options: DataFilesOptions): Promise<Readable | undefined> {
  const { client, expectedOwner, signal } = options;
  const { bucket: Bucket, prefix: Key } = object;
  const command = new GetObjectCommand({ Bucket, Key, ExpectedBucketOwner: expectedOwner });
  try {
    const { Body } = await client.send(command, { abortSignal: signal });
    if (!(Body instanceof Readable)) throw new Error('NoBody');
    // It may break before it is read: the reader meets the failure, and nobody else has to.
    return Body.on('error', () => undefined);
  } catch (error) {
    if (nameOf(error) === 'NoSuchKey') return undefined;
    throw awsError(error, { action: GET, resource: formatPlace(object) });
  }
}

type Expected = { readonly bytes: number; readonly resource: string; readonly signal: AbortSignal };

/** Writes a body where this user alone may read it. Whatever ends it early destroys the body. */
async function keep(body: Readable, path: string, { bytes, resource, signal }: Expected): Promise<void> {
  let seen = 0;
  const file = await onDisk(path, () => createFile(path)).catch((error: unknown) => {
    body.destroy();
    throw error;
  });
  try {
    for await (const chunk of body) {
      signal.throwIfAborted();
      seen += chunk.length;
      if (seen > bytes) break;
      await onDisk(path, () => file.writeFile(chunk));
    }
  } finally {
    await file.close();
  }
  if (seen === bytes) return;
  const known = `the state of the lake knows it with ${bytes} bytes`;
  throw new AuditLakeError('LAKE_FORMAT', `${resource} is not the file that was committed: ${known}`);
}

async function createFile(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return open(path, 'w', 0o600);
}

async function onDisk<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const message = `cannot keep a copy of a data file at ${path}: ${messageOf(error)}; TMPDIR names the place`;
    throw new AuditLakeError('LAKE_WRITE_FAILED', message, error);
  }
}
