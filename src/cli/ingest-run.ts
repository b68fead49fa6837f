import { type IngestReport, ingestLogFiles } from '../jobs/ingest-log-files.js';
import { openSource, type Source } from '../wiring/source.js';
import { type LanesOptions, type LanesRun, onLanes } from './ingest-lanes.js';
import type { Io } from './io.js';

export type IngestRunOptions = Omit<LanesOptions, 'reading'> & { readonly source: Source };

/** All log files of a source into a lake. @throws AuditLakeError of disposition `stop` */
export async function ingestRun(options: IngestRunOptions, io: Io): Promise<LanesRun<IngestReport>> {
  const source = await openSource(options.source, options.target.lake);
  const total = await source.count();
  const { reading } = options.source;
  return onLanes({ ...options, reading, total }, io, ({ ingest }) => ingestLogFiles({ ...ingest, source }));
}
