import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { startAwsServer } from '../aws/aws-server.ts';
import { AwsWorld } from '../aws/aws-world.ts';
import type { EndpointAnswer, EndpointQuestion, Filling } from './archive-endpoint.ts';
import { archiveOf } from './generate-archive.ts';
import { bucketLakeContents, NO_LAKE } from './lake-contents.ts';
import { writeIntoBucket } from './write-archive.ts';

/** AWS in a process of its own: the commands under test do not share a thread with it. Made by `archiveEndpoint`. */
const world = new AwsWorld({ now: Date.now });
world.athena.pace = { by: 'polls', queued: 0, running: 0 };

function hasTable(name: string): boolean {
  try {
    return world.dynamodb.items(name).length >= 0;
  } catch {
    return false;
  }
}

function fill(bucket: string, filling: Filling): void {
  if ('shape' in filling) {
    writeIntoBucket(archiveOf(filling.shape), world, bucket);
    return;
  }
  for (const entry of readdirSync(filling.folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    world.s3.put(bucket, relative(filling.folder, path), readFileSync(path));
  }
}

async function answer(question: EndpointQuestion): Promise<EndpointAnswer> {
  if (question.kind === 'open') {
    const { trail, lake, filling } = question;
    for (const bucket of [trail, lake]) world.s3.createBucket(bucket);
    if (filling) fill(trail, filling);
    return { kind: 'open', endpoint: (await startAwsServer(world)).endpoint };
  }
  if (question.kind === 'lake' && !hasTable(question.table)) return { kind: 'lake', contents: NO_LAKE };
  if (question.kind === 'lake') return { kind: 'lake', contents: await bucketLakeContents(world, question) };
  const { bucket } = question;
  const calls = world.calls.filter(({ input }) => input['Bucket'] === bucket);
  return {
    kind: 'calls',
    reads: calls.filter(({ operation }) => operation === 'GetObject').length,
    lists: calls.filter(({ operation }) => operation === 'ListObjectsV2').length,
  };
}

process.on('message', (question: EndpointQuestion) => {
  answer(question).then(
    (told) => process.send?.(told),
    (error: unknown) => process.send?.({ kind: 'failed', message: String(error) }),
  );
});
