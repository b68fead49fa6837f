import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { appendTo } from './pack-folder.js';

/** A row of which the first value is its id, of small letters and digits. */
export type IdRow = readonly [string, ...(string | number | null)[]];

/** Rows that wait in memory before they go to their files. */
const MOST_WAITING = 20_000;

const CHUNK = 2_000;

/**
 * Rows by id, in chunks. Ids are spread evenly over their first character: rows go to a file each, and the lines of a
 * file are sorted in memory, so that a ledger of ten million log files takes some 100 MB.
 * @throws AuditLakeError LAKE_WRITE_FAILED, and what the rows throw
 */
export async function* sortedById(
  rows: AsyncIterable<IdRow>,
  folder: string,
): AsyncGenerator<readonly IdRow[]> {
  const placeOf = (begin: string) => join(folder, begin.charCodeAt(0).toString(16));
  const begins = await spread(rows, placeOf);
  for (const begin of [...begins].sort()) {
    // A line begins with the id: lines are in the order of their ids.
    const lines = (await readFile(placeOf(begin), 'utf8')).split('\n').slice(0, -1).sort();
    for (let at = 0; at < lines.length; at += CHUNK) {
      yield lines.slice(at, at + CHUNK).map((line): IdRow => JSON.parse(line));
    }
  }
}

/** Writes rows to files by how their ids begin; the begins that there are. */
async function spread(
  rows: AsyncIterable<IdRow>,
  placeOf: (begin: string) => string,
): Promise<ReadonlySet<string>> {
  const begins = new Set<string>();
  let waiting = new Map<string, string[]>();
  let count = 0;
  const flush = async () => {
    for (const [begin, lines] of waiting) await appendTo(placeOf(begin), `${lines.join('\n')}\n`);
    [waiting, count] = [new Map(), 0];
  };
  for await (const row of rows) {
    const begin = row[0].slice(0, 1);
    begins.add(begin);
    const lines = waiting.get(begin) ?? [];
    lines.push(JSON.stringify(row));
    waiting.set(begin, lines);
    if (++count >= MOST_WAITING) await flush();
  }
  await flush();
  return begins;
}
