import { startAwsServer } from './aws/aws-server.ts';
import { AwsWorld } from './aws/aws-world.ts';
import { type Ended, run } from './command-line.ts';
import { makeLogFile } from './log-files.ts';

export const TRAIL = 'amzn-s3-demo-bucket';
export const BUCKET = 'amzn-s3-demo-lake';
export const LAKE = `s3://${BUCKET}/audit`;
export const STATE = 'audit-lake-state';

/** The built command in front of AWS in memory, with a trail bucket and an empty lake bucket. */
export type AwsCommand = {
  readonly world: AwsWorld;
  readonly endpoint: string;
  /** Runs a command with the lake, the state table and the endpoint named. */
  readonly run: (args: readonly string[], env?: { readonly [name: string]: string }) => Promise<Ended>;
  /** Puts log files of a row each into the trail bucket, one on each of these days, and ingests them. */
  readonly ingest: (...days: readonly number[]) => Promise<Ended>;
  readonly end: () => Promise<void>;
};

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'none' };

export async function awsCommand(): Promise<AwsCommand> {
  const world = new AwsWorld({ now: Date.now });
  for (const bucket of [TRAIL, BUCKET]) world.s3.createBucket(bucket);
  // Statements end at once: waiting for them is tested elsewhere.
  world.athena.pace = { by: 'polls', queued: 0, running: 0 };
  const server = await startAwsServer(world);
  const place = ['--lake', LAKE, '--state-table', STATE, '--region', 'eu-west-1'];
  const runHere: AwsCommand['run'] = (args, env = {}) =>
    run([...args, ...place, '--endpoint-url', server.endpoint], { env: { ...CREDENTIALS, ...env } });
  const ingest: AwsCommand['ingest'] = async (...days) => {
    for (const day of days) {
      const { key, bytes } = makeLogFile(day, [{ service: 'athena', day }]);
      world.s3.put(TRAIL, key, bytes);
    }
    const ended = await runHere(['ingest', `s3://${TRAIL}/AWSLogs`, '--quiet']);
    world.calls.length = 0;
    return ended;
  };
  return { world, endpoint: server.endpoint, run: runHere, ingest, end: () => server.close() };
}
