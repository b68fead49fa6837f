import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startAwsServer } from '../support/aws/aws-server.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { benchTrail } from './generate.ts';
import { bundleLambda, LAMBDAS, type LambdaBundle } from './lambda-bundle.ts';
import { measureProcess } from './measure-process.ts';

/** As much as CloudTrail puts into one log file at most. */
const LARGEST = { megabytes: 50, records: 33_125 };
const STARTS = 9;
const JOB = fileURLToPath(new URL('lambda-job.mjs', import.meta.url));
const SOURCE = 'amzn-s3-demo-bucket';
const LAKE = 'amzn-s3-demo-lake';

/** Size, cold import and memory of the bundled handlers, as a markdown table. */
export async function lambdaTable(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'audit-lake-lambda-'));
  try {
    const lines: string[] = [];
    for (const name of LAMBDAS) {
      const bundle = await bundleLambda(name, folder);
      const peaks: string[] = [];
      for (const datasets of ['athena_events', 'athena_events,cloudtrail_events']) {
        peaks.push(name === 'ingest' ? (await peakOf(bundle, datasets)).toFixed(0) : '–');
      }
      const cells = [name, (bundle.bytes / 1e6).toFixed(2), await importOf(bundle), ...peaks];
      lines.push(`| ${cells.join(' | ')} |`);
    }
    const memory = `peak MB, one log file of ${LARGEST.megabytes} MB`;
    const head = `| handler | MB minified | import ms, median of ${STARTS} | ${memory} | the same, both datasets |`;
    return ['### lambda', '', head, '| --- | ---: | ---: | ---: | ---: |', ...lines].join('\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Milliseconds that a fresh process takes to load the bundle, the start of Node itself left out. */
async function importOf({ path }: LambdaBundle): Promise<string> {
  const url = pathToFileURL(path).href;
  const script = `const began = performance.now(); await import(${JSON.stringify(url)}); console.log(performance.now() - began);`;
  const millis: number[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    const args = ['--input-type=module', '--eval', script];
    millis.push(Number((await measureProcess({ program: process.execPath, args })).stdout));
  }
  const sorted = millis.sort((a, b) => a - b);
  const [least, median, most] = [0, (STARTS - 1) / 2, STARTS - 1].map((at) => sorted[at]?.toFixed(0));
  return `${median} (${least}–${most})`;
}

/** Peak resident megabytes of the handler's process; S3 and DynamoDB stand in this one. */
async function peakOf({ path }: LambdaBundle, datasets: string): Promise<number> {
  const world = new AwsWorld({ now: Date.now });
  for (const bucket of [SOURCE, LAKE]) world.s3.createBucket(bucket);
  world.dynamodb.createTable('audit-lake-bench');
  const { key, bytes } = await largestLogFile();
  world.s3.put(SOURCE, key, bytes);
  const server = await startAwsServer(world);
  try {
    const args = [JOB, path, server.endpoint, SOURCE, key, datasets];
    const { peakMegabytes } = await measureProcess({ program: process.execPath, args });
    if (world.s3.objects(LAKE, 'audit/athena_events/').size === 0)
      throw new Error('the handler wrote nothing');
    return peakMegabytes ?? Number.NaN;
  } finally {
    await server.close();
  }
}

async function largestLogFile() {
  const { folder } = await benchTrail(1, LARGEST.records);
  const names = await readdir(folder, { recursive: true });
  const key = names.find((name) => name.endsWith('.json.gz'));
  if (key === undefined) throw new Error(`no log file in ${folder}`);
  return { key, bytes: await readFile(join(folder, key)) };
}
