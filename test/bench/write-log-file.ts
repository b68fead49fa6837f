import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { accountNames } from './names.ts';
import { ALPHANUMERIC_PAIRS, mixSeed, seeded } from './random.ts';
import { recordWriter } from './record-writer.ts';
import type { TrailSpec } from './trail.ts';

/** What was written: the truth that the benchmark checks every answer against. */
export type TrailSize = {
  readonly files: number;
  readonly records: number;
  readonly athenaRecords: number;
  readonly compressed: number;
  readonly inflated: number;
};

const FIRST_DAY = Date.UTC(2026, 0, 1);
const STEP_MS = 5 * 60_000;
const DAY_MS = 86_400_000;
const ORGANIZATION = 'o-exampleorg1';
/** Records are turned into bytes in blocks, so that a file may be larger than a string. */
const BLOCK = 500;

const placeOf = (
  spec: TrailSpec,
  index: number,
): { readonly account: string; readonly region: string; readonly stampMs: number } => {
  const account = spec.accounts[index % spec.accounts.length] ?? '111122223333';
  const region = spec.regions[Math.floor(index / spec.accounts.length) % spec.regions.length] ?? 'eu-west-1';
  const steps = (spec.days * DAY_MS) / STEP_MS;
  const stampMs = FIRST_DAY + Math.floor((index * steps) / spec.files) * STEP_MS;
  return { account, region, stampMs };
};

/** Writes the log file of that index; the same spec and index always give the same bytes. */
export const writeLogFile = (spec: TrailSpec, index: number): TrailSize => {
  const random = seeded(mixSeed(spec.seed, index, 1));
  const { account, region, stampMs } = placeOf(spec, index);
  const names = accountNames(seeded(mixSeed(spec.seed, Number(account) % 65_521, 2)), account);
  const writer = recordWriter(random, { account, region, names }, stampMs, spec.recordsPerFile);

  const blocks: Buffer[] = [];
  let text = '{"Records":[';
  let athenaRecords = 0;
  for (let at = 0; at < spec.recordsPerFile; at += 1) {
    const ofAthena = random.next() < spec.athenaShare;
    if (ofAthena) athenaRecords += 1;
    text += at === 0 ? writer.next(ofAthena) : `,${writer.next(ofAthena)}`;
    if (at % BLOCK === BLOCK - 1) {
      blocks.push(Buffer.from(text));
      text = '';
    }
  }
  blocks.push(Buffer.from(`${text}]}`));
  const bytes = Buffer.concat(blocks);
  const gzip = gzipSync(bytes, { level: 6 });

  const iso = new Date(stampMs).toISOString();
  const folder = join(
    spec.folder,
    'AWSLogs',
    ORGANIZATION,
    account,
    'CloudTrail',
    region,
    ...iso.slice(0, 10).split('-'),
  );
  const stamp = `${iso.slice(0, 16).replace(/[-:]/g, '')}Z`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, `${account}_CloudTrail_${region}_${stamp}_${random.text(ALPHANUMERIC_PAIRS, 16)}.json.gz`),
    gzip,
  );

  return {
    files: 1,
    records: spec.recordsPerFile,
    athenaRecords,
    compressed: gzip.length,
    inflated: bytes.length,
  };
};
