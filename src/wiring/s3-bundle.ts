import type { BundleSize } from '../jobs/open-bundle.js';

/** How many log files a lane takes at once: of a transaction's 99 items a bundle leaves room for one batch more. */
export const S3_BATCH_FILES = 16;

/**
 * A bundle for a lake in S3: as large as the local one, unless its transaction is nearly full. Of 99 items a quarter
 * is left, since log files are read sixteen at a time and each may bring a day of its own.
 */
export const S3_BUNDLE: BundleSize = { bytes: 32 << 20, files: 2_000, millis: 20_000, items: 72 };
