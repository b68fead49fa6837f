import { PassThrough, pipeline, Readable } from 'node:stream';
import { pick } from 'stream-json/filters/pick.js';
import { streamArray } from 'stream-json/streamers/stream-array.js';

/** The elements of the root's `Records`, as stream-json finds and parses them. Throws where it does. */
export async function recordsByStreamJson(text: string | Uint8Array): Promise<unknown[]> {
  const filter = (path: readonly (string | number | null)[]) => path.length === 1 && path[0] === 'Records';
  const found: unknown[] = [];
  const elements = pipeline(
    Readable.from([typeof text === 'string' ? Buffer.from(text) : Buffer.from(text)]),
    pick.withParserAsStream({ filter, streamValues: false }),
    streamArray.asStream(),
    new PassThrough({ objectMode: true }),
    () => undefined,
  );
  for await (const { value } of elements as AsyncIterable<{ value: unknown }>) found.push(value);
  return found;
}
