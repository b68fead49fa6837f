import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RecordSink, RecordSplitter } from '../../src/cloudtrail/record-splitter.js';
import { AuditLakeError } from '../../src/errors.js';
import { inPieces, inRandomPieces, shifted } from '../support/chunks.js';
import { corpusFiles, filesBelow, hasCorpus } from '../support/corpus.js';
import { bytesOf, type LogDocument, logDocument } from '../support/log-document.js';
import { SEED } from '../support/seed.js';
import { recordsByStreamJson } from '../support/stream-json-oracle.js';

/** The law: the splitter finds what stream-json finds, however the document is cut. */

type Splitter = { push(chunk: Uint8Array): void; end(): void };
type MakeSplitter = (sink: RecordSink) => Splitter;
const ours: MakeSplitter = (sink) => new RecordSplitter(sink);

const REJECTED = Symbol('rejected');

function elementsOf(chunks: readonly Uint8Array[], make: MakeSplitter = ours): unknown[] {
  const elements: unknown[] = [];
  const splitter = make({
    record: ({ chunk, start, end }) =>
      elements.push(JSON.parse(Buffer.from(chunk.subarray(start, end)).toString())),
    rejected: () => elements.push(REJECTED),
  });
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return elements;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where the splitter and the oracle differ, in words; undefined where the law holds. */
function breach(
  expected: readonly unknown[],
  chunks: readonly Uint8Array[],
  make: MakeSplitter = ours,
): string | undefined {
  let found: unknown[];
  try {
    found = elementsOf(chunks, make);
  } catch (error) {
    return `threw ${error}`;
  }
  if (found.length !== expected.length) return `${found.length} elements, not ${expected.length}`;
  const at = expected.findIndex((value, index) =>
    isObject(value) ? !isDeepStrictEqual(found[index], value) : found[index] !== REJECTED,
  );
  return at < 0 ? undefined : `element ${at} differs`;
}

/** The ways in which one document is cut. */
function cuts(bytes: Uint8Array, seed: number): Uint8Array[][] {
  return [
    [bytes],
    [shifted(bytes, 1 + (seed % 3))],
    inPieces(bytes, 1),
    inRandomPieces(bytes, seed, 7),
    inRandomPieces(bytes, seed + 1, 60),
  ];
}

const documents = fc.sample(logDocument, { seed: SEED, numRuns: 10_000 });

async function breaches(docs: readonly LogDocument[], make: MakeSplitter = ours): Promise<string[]> {
  const found: string[] = [];
  for (const [index, document] of docs.entries()) {
    const bytes = bytesOf(document);
    const expected = await recordsByStreamJson(document.text);
    for (const [way, chunks] of cuts(bytes, SEED + index).entries()) {
      const wrong = breach(expected, chunks, make);
      if (wrong) found.push(`seed ${SEED}, document ${index}, cut ${way}: ${wrong}: ${document.text}`);
    }
  }
  return found;
}

function textOf(path: string): string {
  const raw = readFileSync(path);
  return (raw[0] === 0x1f ? gunzipSync(raw) : raw).toString();
}

/** Some log files are broken on purpose: of what is no JSON, stream-json knows nothing either. */
function sorted(paths: readonly string[]): { readable: string[]; broken: string[] } {
  const readable: string[] = [];
  const broken: string[] = [];
  for (const path of paths) {
    try {
      const { Records } = JSON.parse(textOf(path).replace(/^\ufeff/, ''));
      if (Array.isArray(Records)) readable.push(path);
    } catch {
      broken.push(path);
    }
  }
  return { readable, broken };
}

function codeOf(chunks: readonly Uint8Array[]): string {
  try {
    elementsOf(chunks);
    return 'accepted';
  } catch (error) {
    return error instanceof AuditLakeError ? error.code : `threw ${error}`;
  }
}

describe('the splitter equals stream-json', () => {
  test(`on 10,000 generated documents, each cut in five ways (seed ${SEED})`, async () => {
    expect(documents.length).toBeGreaterThanOrEqual(10_000);
    expect(await breaches(documents)).toEqual([]);
  });

  test('and the generated documents hold what is hard: every kind of element, escape and white space', async () => {
    const texts = documents.map(({ text }) => text);
    expect(documents.some(({ bom }) => bom)).toBe(true);
    for (const hard of [
      /\\u0052ecords/,
      /\[\s+\]/,
      /:\s*\[\]/,
      /\\\\\\"/,
      /\\ud83d(?!\\ude00)/,
      /[}\]]\s*,\s*"x/,
      /[🎉]/u,
    ]) {
      expect(texts.filter((text) => hard.test(text)).length, String(hard)).toBeGreaterThan(100);
    }
    const sample = await Promise.all(documents.slice(0, 500).map(({ text }) => recordsByStreamJson(text)));
    const elements = sample.flat();
    for (const type of [
      isObject,
      Array.isArray,
      (it: unknown) => it === null,
      (it: unknown) => typeof it === 'string',
    ]) {
      expect(elements.filter(type).length).toBeGreaterThan(10);
    }
  });

  const logFiles = (paths: readonly string[]) => async () => {
    const wrong: string[] = [];
    let elements = 0;
    for (const [index, path] of paths.entries()) {
      const bytes = Buffer.from(textOf(path));
      const expected = await recordsByStreamJson(bytes);
      elements += expected.length;
      for (const most of [50, 5_000, 200_000]) {
        const found = breach(expected, inRandomPieces(bytes, SEED + index, most));
        if (found) wrong.push(`${path}: ${found}`);
      }
    }
    expect(wrong).toEqual([]);
    return elements;
  };

  test('on the samples', async () => {
    const { readable } = sorted(filesBelow('samples/log-files', /\.(gz|json)$/));
    expect(readable.length).toBeGreaterThan(25);
    expect(await logFiles(readable)()).toBeGreaterThan(50);
  });

  test.skipIf(!hasCorpus)('on every real log file of the corpus', async () => {
    const { readable, broken } = sorted(corpusFiles('raw-files', /\.(gz|json)$/));
    expect(broken.map((path) => basename(path))).toEqual(['SerializerTestFileBadJsonFormat.json']);
    expect(readable.length).toBeGreaterThan(1_000);
    expect(await logFiles(readable)()).toBeGreaterThan(20_000);
  });
});

describe('the law itself', () => {
  const changed =
    (change: (bytes: Uint8Array) => Uint8Array): MakeSplitter =>
    (sink) => {
      const splitter = new RecordSplitter(sink);
      return { push: (chunk) => splitter.push(change(chunk.slice())), end: () => splitter.end() };
    };

  test.each([
    [
      'takes a backslash for a letter',
      changed((bytes) => bytes.map((byte) => (byte === 0x5c ? 0x78 : byte))),
    ],
    [
      'forgets an escape at the end of a chunk',
      changed((bytes) => {
        if (bytes.at(-1) === 0x5c) bytes[bytes.length - 1] = 0x78;
        return bytes;
      }),
    ],
    [
      'loses a rejected element',
      ((sink) => new RecordSplitter({ ...sink, rejected: () => undefined })) satisfies MakeSplitter,
    ],
    [
      'cuts a record one byte short',
      ((sink) =>
        new RecordSplitter({
          ...sink,
          record: (slice) => sink.record({ ...slice, end: slice.end - 1 }),
        })) satisfies MakeSplitter,
    ],
    [
      'never asks whether the document ended',
      ((sink) => {
        const splitter = new RecordSplitter(sink);
        return { push: (chunk) => splitter.push(chunk), end: () => sink.rejected('BAD_JSON') };
      }) satisfies MakeSplitter,
    ],
  ])('catches a splitter that %s', async (_, broken) => {
    expect((await breaches(documents.slice(0, 300), broken)).length).toBeGreaterThan(0);
  });
});

describe('a document that is not whole', () => {
  test('fails at every length short of its end, however it is cut', () => {
    const wrong: string[] = [];
    for (const [index, document] of documents.slice(0, 250).entries()) {
      const whole = bytesOf({ ...document, text: document.text.trim() });
      for (let length = 0; length < whole.length; length++) {
        const code = codeOf(
          index % 2 === 0 ? [whole.subarray(0, length)] : inPieces(whole.subarray(0, length), 5),
        );
        if (code !== 'BAD_JSON') wrong.push(`${code} at ${length} of ${document.text}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test.each(['x', '{', '}', ']', ',', '0', '"', '\0', '{"Records":[]}', '\n\n[]', '\ufeff'])(
    'fails with %j behind its end',
    (junk) => {
      for (const document of documents.slice(0, 200)) {
        const bytes = Buffer.concat([bytesOf(document), Buffer.from(junk)]);
        expect([codeOf([bytes]), codeOf(inPieces(bytes, 1))]).toEqual(['BAD_JSON', 'BAD_JSON']);
      }
    },
  );
});

describe('a document that is no log file', () => {
  const parts = (text: string | Buffer) => [[Buffer.from(text)], inPieces(Buffer.from(text), 1)].map(codeOf);

  test.each([
    ['nothing', ''],
    ['only white space', ' \n'],
    ['only a byte order mark', '\ufeff'],
    ['half a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb]), Buffer.from('{"Records":[]}')])],
    ['a byte order mark behind white space', ' \ufeff{"Records":[]}'],
    ['two byte order marks', '\ufeff\ufeff{"Records":[]}'],
    ['HTML', '<html><body>503</body></html>'],
    ['a text', '"Records"'],
    ['a number', '12'],
    ['no colon', '{"Records" []}'],
    ['no comma between root keys', '{"Records":[] "a":1}'],
    ['a comma before the end', '{"Records":[],}'],
    ['a comma before the end of the list', '{"Records":[{},]}'],
    ['two commas in the list', '{"Records":[{},,{}]}'],
    ['no comma in the list', '{"Records":[{} {}]}'],
    ['a key without quotes', '{Records:[]}'],
    ['a key with a bad escape', '{"\\xRecords":[]}'],
    ['a key with a line end in it', '{"a\nb":1,"Records":[]}'],
    ['a word that JSON does not know', '{"a":nul,"Records":[]}'],
    ['a number that JSON does not know', '{"a":1.2.3,"Records":[]}'],
    ['a number with a leading zero', '{"Records":[01]}'],
    ['a word in the list that JSON does not know', '{"Records":[{},undefined]}'],
    ['two documents', '{"Records":[]}{"Records":[]}'],
  ])('%s: BAD_JSON', (_, text) => expect(parts(text)).toEqual(['BAD_JSON', 'BAD_JSON']));

  test.each([
    ['no Records', '{"a":1}'],
    ['an empty object', '{}'],
    ['Records only deeper', '{"a":{"Records":[]}}'],
    ['Records null', '{"Records":null}'],
    ['Records an object', '{"Records":{"0":{}}}'],
    ['Records a string', '{"Records":"[]"}'],
    ['Records a number', '{"Records":3}'],
    ['records in lower case', '{"records":[]}'],
    ['a list', '[{"eventID":"a"}]'],
  ])('%s: BAD_SHAPE', (_, text) => expect(parts(text)).toEqual(['BAD_SHAPE', 'BAD_SHAPE']));
});

describe('a hostile record', () => {
  const codes = (text: string, size: number): string[] => {
    const told: string[] = [];
    const splitter = new RecordSplitter({
      record: () => told.push('record'),
      rejected: (code) => told.push(code),
    });
    for (const chunk of inPieces(Buffer.from(text), size)) splitter.push(chunk);
    splitter.end();
    return told;
  };
  const around = (record: string) => `{"Records":[{"a":1},${record},{"b":2}]}`;

  test.each([65_536, 1 << 20, 64 << 20])(
    'of 20 MB in chunks of %d is rejected, its neighbours are not',
    (size) => {
      const giant = `{"a":"${'\\"'.repeat(10 << 20)}"}`;
      expect(codes(around(giant), size)).toEqual(['record', 'RECORD_TOO_LARGE', 'record']);
    },
  );

  test('of 16 MiB to the byte is taken, one byte more is not', () => {
    const of = (length: number) => `{"a":"${'x'.repeat(length - 8)}"}`;
    expect(codes(around(of(16 << 20)), 1 << 20)).toEqual(['record', 'record', 'record']);
    expect(codes(around(of((16 << 20) + 1)), 1 << 20)).toEqual(['record', 'RECORD_TOO_LARGE', 'record']);
  });

  test.each([1, 1_000, 1 << 20])(
    'nested 100,000 levels, in chunks of %d, is rejected, its neighbours are not',
    (size) => {
      const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
      expect(codes(around(deep), size)).toEqual(['record', 'RECORD_TOO_DEEP', 'record']);
      expect(codes(`{"x":${deep},"Records":[${deep.slice(5, -1)}]}`, size)).toEqual(['RECORD_NOT_OBJECT']);
    },
  );

  test('nested 256 levels is taken, 257 are not', () => {
    const of = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    expect(codes(around(of(256)), 7)).toEqual(['record', 'record', 'record']);
    expect(codes(around(of(257)), 7)).toEqual(['record', 'RECORD_TOO_DEEP', 'record']);
  });

  test('with brackets that do not match ends where they balance, and its neighbours are taken', () => {
    expect(codes(around('{"a":[}]'), 3)).toEqual(['record', 'record', 'record']);
  });
});
