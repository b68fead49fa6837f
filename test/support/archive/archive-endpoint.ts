import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ArchiveShape } from './archive-shape.ts';
import type { LakeContents } from './lake-contents.ts';

/** What lies in the trail bucket: a generated archive, or the files of a folder. */
export type Filling = { readonly shape: ArchiveShape } | { readonly folder: string };

type Place = { readonly bucket: string; readonly prefix: string; readonly table: string };

export type EndpointQuestion =
  | { readonly kind: 'open'; readonly trail: string; readonly lake: string; readonly filling?: Filling }
  | ({ readonly kind: 'lake' } & Place)
  | { readonly kind: 'calls'; readonly bucket: string };

export type EndpointAnswer =
  | { readonly kind: 'open'; readonly endpoint: string }
  | { readonly kind: 'lake'; readonly contents: LakeContents }
  | { readonly kind: 'calls'; readonly reads: number; readonly lists: number }
  | { readonly kind: 'failed'; readonly message: string };

export const TRAIL = 'amzn-s3-demo-bucket';
export const LAKE = 'amzn-s3-demo-lake';
/** What a command needs to talk to it, beside `--endpoint-url`: the `--region` of `backfill` is that of log files. */
export const AWS_ENV = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_REGION: 'us-east-1',
};

/** S3 and DynamoDB in a process of their own, with an archive in the trail bucket. */
export type ArchiveEndpoint = {
  readonly endpoint: string;
  /** What a lake in the lake bucket holds. */
  lake(place: Omit<Place, 'bucket'>): Promise<LakeContents>;
  /** How often a bucket was read and listed since the beginning. */
  calls(bucket: string): Promise<{ readonly reads: number; readonly lists: number }>;
  end(): void;
};

export async function archiveEndpoint(filling?: Filling): Promise<ArchiveEndpoint> {
  const child = fork(fileURLToPath(new URL('endpoint-process.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx', '--max-old-space-size=8192'],
    serialization: 'advanced',
  });
  const ask = inTurn(child);
  const opened = await ask({ kind: 'open', trail: TRAIL, lake: LAKE, ...(filling && { filling }) });
  if (opened.kind !== 'open') throw new Error(`the endpoint did not open: ${JSON.stringify(opened)}`);
  return {
    endpoint: opened.endpoint,
    lake: async (place) => {
      const told = await ask({ kind: 'lake', bucket: LAKE, ...place });
      if (told.kind !== 'lake') throw new Error(JSON.stringify(told));
      return told.contents;
    },
    calls: async (bucket) => {
      const told = await ask({ kind: 'calls', bucket });
      if (told.kind !== 'calls') throw new Error(JSON.stringify(told));
      return told;
    },
    end: () => void child.kill(),
  };
}

/** One question at a time, so that each answer is that of its question. */
function inTurn(child: ChildProcess): (question: EndpointQuestion) => Promise<EndpointAnswer> {
  const ended = new AbortController();
  child.once('exit', () => ended.abort());
  let last: Promise<unknown> = Promise.resolve();
  return (question) => {
    const answered = last.then(async () => {
      child.send(question);
      const [told]: EndpointAnswer[] = await once(child, 'message', { signal: ended.signal });
      if (told === undefined) throw new Error('an empty answer');
      return told;
    });
    last = answered.catch(() => undefined);
    return answered;
  };
}
