import { dataFilePath, fileId } from '../../../src/lake/names.js';
import { readDdl } from '../aws/athena-ddl.ts';
import { BOTH } from '../memory-ingest.ts';
import { type AwsLake, SOURCE } from './aws-lake.ts';
import { itemsOf, type LakeItems } from './lake-items.ts';
import type { LakeLogFile } from './lake-log-file.ts';
import { dataObjects, shownFolders, stagedNames } from './lake-objects.ts';

/** What is wrong with a lake in which everything has come to rest, in words. Nothing where all is well. */
export async function faultsAtRest(
  lake: AwsLake,
  { countsStatements }: { readonly countsStatements: boolean },
): Promise<readonly string[]> {
  const items = itemsOf(lake);
  const objects = await dataObjects(lake);
  const folders = [...shownFolders(lake).values()];
  const isShown = (path: string) => folders.some((folder) => path.startsWith(folder));
  return [
    ...differences(
      'rows',
      objects.filter(({ path }) => isShown(path)).flatMap(({ rows }) => rows),
      lake.files.flatMap((file) => rowsToBe(file, items)),
    ),
    ...differences(
      'data files',
      objects.map(({ path, sha256 }) => `${path} ${sha256}`),
      predictedFiles(items),
    ),
    ...stagedNames(lake).map((name) => `${name} is left over`),
    ...lake.files.flatMap((file) => ledgerFaults(file, items)),
    ...partitionFaults(lake, items),
    ...memberFaults(items),
    ...(countsStatements ? statementFaults(lake, items) : []),
  ];
}

/** All rows of a log file; of one that is gone, those of the datasets that were faster. */
function rowsToBe({ key, rows, nature }: LakeLogFile, { files }: LakeItems): readonly string[] {
  const isThere = ({ table }: { table: string }) =>
    nature !== 'gone' || files.get(fileId(table, SOURCE, key))?.status === 'COMMITTED';
  return rows.filter(isThere).map(({ name }) => name);
}

/** What the BUNDLE items say must be there, and nothing else. */
function predictedFiles({ bundles }: LakeItems): readonly string[] {
  return [...bundles].flatMap(([bid, parts]) =>
    (parts === 'aborted' ? [] : parts).flatMap((part) => {
      const copies = part.copy === undefined ? [] : [{ ...part, generation: part.copy }];
      return [part, ...copies].map((place) => `${dataFilePath(place, bid)} ${part.sha256}`);
    }),
  );
}

function ledgerFaults({ key, nature, rows }: LakeLogFile, { files, raw }: LakeItems): readonly string[] {
  return BOTH.flatMap((dataset) => {
    const fid = fileId(dataset, SOURCE, key);
    const status = files.get(fid)?.status;
    const count = rows.filter(({ table }) => table === dataset).length;
    const settled = count > 0 ? 'COMMITTED' : 'EMPTY';
    const wanted = {
      sound: [settled],
      gone: [settled, 'MISSING'],
      damaged: ['QUARANTINED'],
      missing: ['MISSING'],
    };
    const found: string[] = [];
    if (status === undefined || !wanted[nature].includes(status))
      found.push(`${key} is ${status} in ${dataset}`);
    const isParked = status === 'QUARANTINED' || status === 'MISSING';
    if (isParked && !raw.has(`PARKED ${fid}`)) found.push(`${key} is parked and not listed`);
    if (status === 'COMMITTED' && files.get(fid)?.rows !== count)
      found.push(`${key} has another count of rows`);
    return found;
  });
}

/** Every partition is REGISTERED, the catalog shows it, and no other one. */
function partitionFaults(lake: AwsLake, { parts }: LakeItems): readonly string[] {
  const shown = shownFolders(lake);
  const open = parts.filter(({ registration }) => registration !== 'REGISTERED');
  return [
    ...open.map(({ table, day, registration }) => `${table} ${day} is ${registration}`),
    ...differences(
      'partitions',
      [...shown.keys()],
      parts.map(({ table, day }) => `${table} ${day}`),
    ),
  ];
}

/** MEM and the count in PART say what the bundles say; what was sealed stays as it was sealed. */
function memberFaults({ bundles, members, parts, raw }: LakeItems): readonly string[] {
  const named = [...bundles].flatMap(([bid, bundle]) =>
    (bundle === 'aborted' ? [] : bundle).map(
      ({ table, day, generation }) => `${placeOf({ table, day }, generation)} ${bid}`,
    ),
  );
  const found = [
    ...differences(
      'members',
      members.map(({ place, bid }) => `${place} ${bid}`),
      named,
    ),
  ];
  for (const { table, day, visible, writing } of parts) {
    const part = raw.get(`PART#${table} ${day}`);
    const count = (generation: number) =>
      members.filter(({ place }) => place === placeOf({ table, day }, generation)).length;
    if (Number(part?.['n']?.N) !== count(writing))
      found.push(`${table} ${day} counts other members than it has`);
    if (writing > visible && Number(part?.['sealed']?.N) !== count(visible)) {
      found.push(`${table} ${day} got members after it was sealed`);
    }
  }
  return found;
}

const placeOf = ({ table, day }: { table: string; day: string }, generation: number) =>
  `${table}#${day}#${String(generation).padStart(4, '0')}`;

/** P2: one ALTER a partition, and one more for each that definitely failed. */
function statementFaults({ world }: AwsLake, { parts }: LakeItems): readonly string[] {
  const asked = world.athena.executions().flatMap(({ sql, state }) => {
    const ddl = readDdl(sql);
    if (ddl.kind !== 'add partitions') return [];
    return ddl.partitions.map(({ spec }) => ({
      name: `${ddl.ref.table} ${[...spec.values()].join('-')}`,
      isFailed: state === 'FAILED' || state === 'CANCELLED',
    }));
  });
  return parts.flatMap(({ table, day }) => {
    const name = `${table} ${day}`;
    const count = asked.filter((it) => it.name === name && !it.isFailed).length;
    return count === 1 ? [] : [`${name} was added by ${count} statements`];
  });
}

/** What is there and should not be, and what is missing. */
function differences(what: string, there: readonly string[], wanted: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const it of there) counts.set(it, (counts.get(it) ?? 0) + 1);
  for (const it of wanted) counts.set(it, (counts.get(it) ?? 0) - 1);
  return [...counts].flatMap(([it, count]) => {
    if (count === 0) return [];
    return [count > 0 ? `${what}: ${it} is there ${count} times too often` : `${what}: ${it} is missing`];
  });
}
