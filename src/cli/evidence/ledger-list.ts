import { type CountedLogFile, LogFileSums } from '../../lake/log-file-count.js';
import type { LakeEvidence } from '../../ports/lake-evidence.js';
import type { AnswerColumn } from '../../ports/query-engine.js';
import { csvHead, csvLines } from '../answer-format.js';
import type { PackFolder } from './pack-folder.js';
import { type IdRow, sortedById } from './sorted-rows.js';

const text = (name: string): AnswerColumn => ({ name, type: 'VARCHAR' });
const whole = (name: string): AnswerColumn => ({ name, type: 'BIGINT' });

/** Of `log-files.csv`: what a ledger keeps of a log file. */
const COLUMNS: readonly AnswerColumn[] = [
  ...[text('id'), text('status'), whole('records_read'), whole('records_ignored'), whole('records_rejected')],
  ...[whole('rows'), text('sha256'), text('etag'), text('bundle'), text('code'), text('bucket'), text('key')],
  ...[text('other_etags'), text('conflict_etag')],
];

async function* rowsOf(evidence: LakeEvidence, add: (file: CountedLogFile) => void): AsyncGenerator<IdRow> {
  for await (const entry of evidence.ledger()) {
    add(entry);
    const { fid, status, read, ignored, rejected, rows, etag, source } = entry;
    yield [
      ...([fid, status, read, ignored, rejected, rows] as const),
      ...[entry.sha256 ?? null, etag, entry.bid ?? null, entry.code ?? null],
      ...[source?.bucket ?? null, source?.key ?? null],
      ...[entry.aliases?.join(' ') ?? null, entry.conflict ?? null],
    ];
  }
}

/**
 * Writes all log files that the ledger knows, by id, and adds them up on the way. Memory does not grow with the ledger.
 * @throws AuditLakeError LAKE_WRITE_FAILED, LAKE_FORMAT, AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED
 */
export async function writeLedger(pack: PackFolder, evidence: LakeEvidence): Promise<LogFileSums> {
  const sums = new LogFileSums();
  const scratch = await pack.scratch();
  const chunks = sortedById(
    rowsOf(evidence, (file) => sums.add(file)),
    scratch.path,
  );
  await pack.write('log-files.csv', asCsv(chunks));
  await scratch.remove();
  return sums;
}

async function* asCsv(chunks: AsyncIterable<readonly IdRow[]>): AsyncGenerator<string> {
  yield csvHead(COLUMNS);
  const lines = csvLines(COLUMNS);
  for await (const chunk of chunks) yield lines(chunk);
}
