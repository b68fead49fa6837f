import { FsLogReader } from '../adapters/local/fs-log-reader.js';
import { OpenBundle, type OpenBundleOptions } from '../jobs/open-bundle.js';

/** A lane that reads local log files in the thread that it is made in. */
export function localLane(options: Omit<OpenBundleOptions, 'reader' | 'clock'>): OpenBundle {
  return new OpenBundle({ ...options, reader: new FsLogReader(), clock: Date.now });
}
