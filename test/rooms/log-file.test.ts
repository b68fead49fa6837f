import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readLogFile } from '../../src/cloudtrail/log-file.js';
import type { RecordSink } from '../../src/cloudtrail/record-splitter.js';
import { inPieces } from '../support/chunks.js';

const TEXT = Buffer.from('{"Records":[{"eventID":"a"},{"eventID":"b"}]}');

/** Chunks as a file gives them; `closed` tells whether its reader let go of it, `read` how many it took. */
function source(chunks: readonly Uint8Array[]) {
  const state = { closed: false, read: 0 };
  async function* chunksOf() {
    try {
      for (const chunk of chunks) {
        state.read++;
        yield chunk;
      }
    } finally {
      state.closed = true;
    }
  }
  return { state, chunks: chunksOf() };
}

const counting = (): RecordSink & { records: number } => {
  const sink = { records: 0, record: () => void sink.records++, rejected: () => undefined };
  return sink;
};

describe('a log file', () => {
  test.each([
    ['gzip', 'x.json.gz', gzipSync(TEXT)],
    ['plain JSON', 'x.json', TEXT],
    ['gzip by another name', 'x.json', gzipSync(TEXT)],
    ['gzip without an ending', 'x', gzipSync(TEXT)],
  ])('is read to its end, in chunks of any size: %s', async (_, name, bytes) => {
    for (const size of [1, 7, bytes.length]) {
      const sink = counting();
      const { state, chunks } = source(inPieces(bytes, size));
      expect(await readLogFile(name, chunks, sink)).toEqual({
        compressed: bytes.length,
        inflated: TEXT.length,
        sha256: createHash('sha256').update(TEXT).digest('hex'),
      });
      expect([sink.records, state.closed]).toEqual([2, true]);
    }
  });

  test.each([
    ['BAD_GZIP', 'x.json.gz', Buffer.alloc(0)],
    ['BAD_JSON', 'x.json', Buffer.alloc(0)],
    ['BAD_GZIP', 'X.JSON.GZ', TEXT],
    ['BAD_JSON', 'x.json', Buffer.from('<html></html>')],
    ['BAD_SHAPE', 'x.json', Buffer.from('{"Records":{}}')],
    ['BAD_JSON', 'x.json', TEXT.subarray(0, -1)],
    ['BAD_GZIP', 'x.json.gz', gzipSync(TEXT).subarray(0, -1)],
    ['BAD_JSON', 'x.json.gz', gzipSync('<html></html>')],
  ])('that fails with %s is let go of, so that its descriptor is free: %s', async (code, name, bytes) => {
    for (const size of [1, 7, bytes.length || 1]) {
      const { state, chunks } = source(inPieces(bytes, size));
      await expect(readLogFile(name, chunks, counting())).rejects.toMatchObject({ code });
      expect(state.closed).toBe(true);
    }
  });

  test.each(['x.json', 'x.json.gz'])('that its taker has enough of is let go of, too: %s', async (name) => {
    const bytes = name.endsWith('gz') ? gzipSync(TEXT) : TEXT;
    const { state, chunks } = source([bytes, Buffer.alloc(0)]);
    const drain = async () => {
      throw new Error('enough');
    };
    await expect(readLogFile(name, chunks, { ...counting(), drain })).rejects.toThrow('enough');
    expect(state.closed).toBe(true);
  });

  test('of gzip beyond 64 MiB is refused, whatever its name says, and no more of it is read', async () => {
    const random = randomBytes(16 << 20);
    for (const name of ['x.json', 'x.json.gz']) {
      const body = source([gzipSync(TEXT), ...Array<Uint8Array>(8).fill(random)]);
      await expect(readLogFile(name, body.chunks, counting())).rejects.toMatchObject({
        code: 'TOO_LARGE',
        message: 'more than 64 MiB of gzip',
      });
      expect(body.state).toMatchObject({ closed: true, read: 5 });
    }
  });

  test('of plain JSON beyond 256 MiB is refused', async () => {
    const blank = Buffer.alloc(16 << 20, ' ');
    const chunks = source([TEXT, ...Array<Uint8Array>(16).fill(blank)]);
    await expect(readLogFile('x.json', chunks.chunks, counting())).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
    expect(chunks.state.closed).toBe(true);
  });
});
