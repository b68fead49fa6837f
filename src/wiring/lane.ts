import { FsLogReader } from '../adapters/local/fs-log-reader.js';
import { OpenBundle, type OpenBundleOptions } from '../jobs/open-bundle.js';
import type { LogReader } from '../ports/log-source.js';
import type { LookupEventsSettings } from './lookup-events-source.js';
import { realTime } from './real-time.js';
import type { S3SourceSettings } from './s3-source.js';

/** Where a lane reads: told to worker threads too, so nothing but data. */
export type Reading =
  | { readonly kind: 'local' }
  | { readonly kind: 's3'; readonly settings: S3SourceSettings }
  /** For a single lane: its reader keeps the pace that AWS allows. */
  | { readonly kind: 'lookup-events'; readonly settings: LookupEventsSettings };

/** Bodies asked for before their turn by a lane, from S3: a GET takes some 30 ms, wherever the bytes of the others are. */
const READ_AHEAD = 32;

type LaneOptions = Omit<OpenBundleOptions, 'reader' | 'clock' | 'readAhead'>;

/** A lane in the thread that it is made in. */
export async function openLane(reading: Reading, options: LaneOptions): Promise<OpenBundle> {
  return laneOver(await openReader(reading), reading, options);
}

/** Some of them, over one reader: its client knows how fast it may ask. */
export async function openLanes(
  count: number,
  reading: Reading,
  options: LaneOptions,
): Promise<OpenBundle[]> {
  const reader = await openReader(reading);
  return Array.from({ length: count }, () => laneOver(reader, reading, options));
}

function laneOver(reader: LogReader, { kind }: Reading, options: LaneOptions): OpenBundle {
  const readAhead = kind === 's3' ? READ_AHEAD : 0;
  return new OpenBundle({ ...options, reader, readAhead, clock: realTime.now });
}

/** Clients of AWS are loaded only where they are used: they take their time. */
async function openReader(reading: Reading): Promise<LogReader> {
  if (reading.kind === 'local') return new FsLogReader();
  if (reading.kind === 'lookup-events') {
    const { lookupEventsReader } = await import('./lookup-events-source.js');
    return lookupEventsReader(reading.settings);
  }
  const { s3Reader } = await import('./s3-source.js');
  return s3Reader(reading.settings);
}
