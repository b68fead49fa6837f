import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ingestRun } from '../../../src/cli/ingest-run.js';
import type { Io } from '../../../src/cli/io.js';
import type { JsonObject } from '../../../src/cloudtrail/record.js';
import { ATHENA } from '../../../src/datasets/dataset.js';
import { generateTrail, type Trail } from '../../../src/demo/trail.js';
import type { QueryEngine } from '../../../src/ports/query-engine.js';
import { demoFolder } from '../../../src/wiring/demo-folder.js';
import { openEngine } from '../../../src/wiring/engine.js';

const SILENT: Io = {
  out: async () => undefined,
  err: () => undefined,
  stdoutIsTerminal: false,
  stderrIsTerminal: false,
  columns: 80,
};

/** The demo's trail as a lake of both datasets, seen from a fixed day. */
export type DemoLake = {
  readonly trail: Trail;
  readonly folder: string;
  readonly engine: QueryEngine;
  close(): Promise<void>;
};

export async function demoLake(asOf: number): Promise<DemoLake> {
  const out = await mkdtemp(join(tmpdir(), 'demo-lake-'));
  const trail = generateTrail({ asOf });
  const folder = await demoFolder(out);
  await folder.write(trail.files, trail.queryHistory);
  const options = {
    ...{ concurrency: 1, ownRoles: [], privacy: {}, dryRun: false, quiet: true, isStopped: () => false },
    athena: { queryAccounts: [], queryRole: '', queryRate: 1, queryWait: 0 },
    datasets: [
      { name: 'athena_events', eventSources: [ATHENA] },
      { name: 'cloudtrail_events', eventSources: 'all' },
    ] as const,
    source: { reading: { kind: 'local' }, paths: [folder.trail] } as const,
    target: { kind: 'folder', lake: folder.lake, lockWaitSeconds: 5 } as const,
    ...{ queryHistory: folder.history, now: asOf },
  };
  await ingestRun(options, SILENT);
  const target = { kind: 'duckdb over a folder', lake: folder.lake } as const;
  const signal = new AbortController().signal;
  const engine = await openEngine(target, { sql: '', tell: () => undefined, signal });
  const close = async () => {
    await engine.close();
    await rm(out, { recursive: true, force: true });
  };
  return { trail, folder: folder.lake, engine, close };
}

/** Every record of the trail's log files that can be read, each event once. */
export function recordsOf({ files }: Trail): readonly JsonObject[] {
  const all = files
    .filter(({ key }) => /\/CloudTrail\//.test(key))
    .flatMap(({ bytes }) => {
      try {
        return JSON.parse(gunzipSync(bytes).toString('utf8'))['Records'] as JsonObject[];
      } catch {
        return [];
      }
    });
  const id = (it: JsonObject) => `${it['recipientAccountId']} ${it['awsRegion']} ${it['eventID']}`;
  return [...new Map(all.map((record) => [id(record), record])).values()];
}
