import { once } from 'node:events';
import { createGzip, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { gunzip, INFLATE_LIMITS } from '../../src/cloudtrail/gzip.js';
import { AuditLakeError } from '../../src/errors.js';
import { numbersFrom } from '../support/chunks.js';
import { gzipMember } from '../support/gzip-member.js';
import { randomBytesFrom } from '../support/random-bytes.js';
import { SEED } from '../support/seed.js';

const MIB = 1 << 20;
const TEXT = Buffer.from('{"Records":[{"eventID":"a1","eventName":"StartQueryExecution"},{"eventID":"b2"}]}');

type Outcome = { readonly code: string; readonly bytes: Buffer };

/** Inflates to the end; what came before a failure is thrown away, as its readers must. */
async function inflate(file: Uint8Array): Promise<Outcome> {
  const pieces: Buffer[] = [];
  try {
    // A chunk is given back when the next one is taken: copy it.
    for await (const chunk of gunzip(file)) pieces.push(Buffer.from(chunk));
    return { code: 'whole', bytes: Buffer.concat(pieces) };
  } catch (error) {
    if (!(error instanceof AuditLakeError)) throw error;
    return { code: error.code, bytes: Buffer.alloc(0) };
  }
}

const codeOf = async (file: Uint8Array) => (await inflate(file)).code;

/** Larger than what is inflated in one call, and beyond several chunks. */
const LARGE = Buffer.concat([
  randomBytesFrom(1, MIB),
  Buffer.alloc(MIB, 'records '),
  randomBytesFrom(2, 300_000),
]);
const LARGE_GZ = gzipSync(LARGE, { level: 1 });

describe('a whole gzip file', () => {
  test(`inflates to what zlib inflates it to, for random data of 0 to 3 MB (seed ${SEED})`, async () => {
    const random = numbersFrom(SEED);
    const edges = [0, 1, 63, 64, MIB - 1, MIB, MIB + 1, 2 * MIB - 1, 2 * MIB, 2 * MIB + 1, 3 * MIB - 7];
    const sizes = [...edges, ...Array.from({ length: 40 }, () => Math.floor(random() ** 2 * 3 * MIB))];
    for (const [index, size] of sizes.entries()) {
      const noise = randomBytesFrom(SEED + index, Math.floor(size * random()));
      const data = Buffer.concat([noise, Buffer.alloc(size - noise.length, '{"eventID":"')]);
      const file = gzipSync(data, { level: index % 10 });
      const { code, bytes } = await inflate(file);
      expect([code, bytes.equals(gunzipSync(file))], `${size} bytes, number ${index}`).toEqual([
        'whole',
        true,
      ]);
    }
  });

  test('may lie anywhere in its buffer', async () => {
    const file = gzipSync(TEXT);
    for (const offset of [1, 2, 3, 4097]) {
      const buffer = Buffer.concat([Buffer.alloc(offset, 0x1f), file, Buffer.alloc(9, 0x8b)]);
      expect((await inflate(buffer.subarray(offset, offset + file.length))).bytes).toEqual(TEXT);
    }
  });

  test('is not changed by being read', async () => {
    const file = Buffer.from(LARGE_GZ);
    await inflate(file);
    expect(file.equals(LARGE_GZ)).toBe(true);
  });

  test.each([
    ['a file name', { name: '111122223333_CloudTrail_us-east-1_20260109T0005Z_EXAMPLE.json' }],
    ['a comment', { comment: 'written for a test' }],
    ['an extra field', { extra: Buffer.from([1, 2, 0, 0]) }],
    ['an extra field of no bytes', { extra: Buffer.alloc(0) }],
    ['an extra field of 65,535 bytes', { extra: Buffer.alloc(65_535, 0x1f) }],
    ['a CRC over its header', { headerCrc: true }],
    ['an empty file name', { name: '' }],
    ['all of them', { name: 'a', comment: 'b', extra: Buffer.from([0x1f, 0x8b]), headerCrc: true }],
  ])('may have %s in its header', async (_, options) => {
    for (const data of [TEXT, LARGE]) {
      const { code, bytes } = await inflate(gzipMember(data, options));
      expect([code, bytes.equals(data)]).toEqual(['whole', true]);
    }
  });
});

describe('a gzip file cut short', () => {
  const variants: [string, Buffer][] = [
    ['plain', gzipSync(TEXT)],
    ['stored, not compressed', gzipSync(TEXT, { level: 0 })],
    [
      'with every header field',
      gzipMember(TEXT, { name: 'n', comment: 'c', extra: Buffer.from('abc'), headerCrc: true }),
    ],
    ['of no bytes', gzipSync(Buffer.alloc(0))],
  ];

  test.each(variants)('fails at every length: %s', async (_, file) => {
    for (let length = 0; length < file.length; length++) {
      expect(await codeOf(file.subarray(0, length)), `${length} of ${file.length}`).toBe('BAD_GZIP');
    }
  });

  test('fails at many lengths where it is large, and at each of its last 40', async () => {
    const random = numbersFrom(SEED);
    const lengths = Array.from({ length: 40 }, () => Math.floor(random() * LARGE_GZ.length));
    for (let back = 1; back <= 40; back++) lengths.push(LARGE_GZ.length - back);
    for (const length of lengths)
      expect(await codeOf(LARGE_GZ.subarray(0, length)), `${length}`).toBe('BAD_GZIP');
  });
});

describe('a gzip file with one bit flipped', () => {
  const refused = new Set(['BAD_GZIP', 'GZIP_MEMBERS', 'GZIP_TRAILING', 'TOO_LARGE']);

  test.each([
    ['plain', gzipSync(TEXT)],
    ['with fixed Huffman codes', gzipSync(Buffer.from('{"Records":[]}'))],
    [
      'with every header field',
      gzipMember(TEXT, { name: 'n', comment: 'c', extra: Buffer.from('abc'), headerCrc: true }),
    ],
  ])('fails, or is the same to the byte: every bit of a small one, %s', async (_, file) => {
    const data = gunzipSync(file);
    let unharmed = 0;
    for (let bit = 0; bit < file.length * 8; bit++) {
      const flipped = Buffer.from(file);
      flipped[bit >> 3] = (file[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const { code, bytes } = await inflate(flipped);
      if (code === 'whole') {
        expect(bytes.equals(data), `bit ${bit}`).toBe(true);
        unharmed++;
      } else expect(refused.has(code), `bit ${bit}: ${code}`).toBe(true);
    }
    // Time, flags of speed, system, text: 49 bits; name, comment, extra and header CRC where there are any.
    expect(unharmed).toBeLessThan(150);
  });

  test('fails, or is the same to the byte: random bits of a large one', async () => {
    const random = numbersFrom(SEED);
    for (let run = 0; run < 60; run++) {
      const bit = 80 + Math.floor(random() * (LARGE_GZ.length * 8 - 80));
      const flipped = Buffer.from(LARGE_GZ);
      flipped[bit >> 3] = (LARGE_GZ[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const { code, bytes } = await inflate(flipped);
      if (code === 'whole') expect(bytes.equals(LARGE), `bit ${bit}`).toBe(true);
      else expect(refused.has(code), `bit ${bit}: ${code}`).toBe(true);
    }
  });
});

describe('bytes behind the gzip member', () => {
  const files: [string, Buffer][] = [
    ['a small file', gzipSync(TEXT)],
    ['a large file', LARGE_GZ],
  ];
  const member = gzipSync(Buffer.from('{"Records":[{"eventID":"forged"}]}'));

  test.each(files)('are a second member: GZIP_MEMBERS, %s', async (_, file) => {
    expect(await codeOf(Buffer.concat([file, member]))).toBe('GZIP_MEMBERS');
    expect(await codeOf(Buffer.concat([file, member, member]))).toBe('GZIP_MEMBERS');
    expect(await codeOf(Buffer.concat([file, gzipSync(Buffer.alloc(0))]))).toBe('GZIP_MEMBERS');
    expect(await codeOf(Buffer.concat([file, member.subarray(0, 5)]))).toBe('GZIP_MEMBERS');
    expect(await codeOf(Buffer.concat([file, LARGE_GZ]))).toBe('GZIP_MEMBERS');
    expect(await codeOf(Buffer.concat([gzipSync(Buffer.alloc(0)), file]))).toBe('GZIP_MEMBERS');
  });

  test.each(files)('are anything else: GZIP_TRAILING, %s', async (_, file) => {
    const tails = [Buffer.alloc(1), Buffer.alloc(512), Buffer.from('\n'), Buffer.from('{"Records":[]}')];
    for (const tail of [...tails, Buffer.from([0x1f]), Buffer.alloc(8, 0xff), randomBytesFrom(3, 100_000)]) {
      expect(await codeOf(Buffer.concat([file, tail]))).toBe('GZIP_TRAILING');
    }
  });

  test.each(files)('are NULs and then a second member: never whole, %s', async (_, file) => {
    expect(await codeOf(Buffer.concat([file, Buffer.alloc(4), member]))).toBe('GZIP_TRAILING');
  });
});

describe('a trailer that lies', () => {
  test.each([0, 1, TEXT.length - 1, TEXT.length + 1, MIB, MIB + 1, 0xffff_ffff])(
    'about the length of a small file (%d): BAD_GZIP',
    async (length) => expect(await codeOf(gzipMember(TEXT, { length }))).toBe('BAD_GZIP'),
  );

  test.each([0, 1, MIB, LARGE.length - 1, LARGE.length + 1, 0xffff_ffff])(
    'about the length of a large file (%d): BAD_GZIP',
    async (length) => expect(await codeOf(gzipMember(LARGE, { length, level: 1 }))).toBe('BAD_GZIP'),
  );

  test('about the CRC: BAD_GZIP', async () => {
    for (const data of [TEXT, LARGE])
      expect(await codeOf(gzipMember(data, { crc: 12_345, level: 1 }))).toBe('BAD_GZIP');
  });
});

describe('what is no gzip', () => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['an HTML page', Buffer.from('<html><body>503 Slow Down</body></html>')],
    ['plain JSON', TEXT],
    ['NULs', Buffer.alloc(100)],
    ['one byte of gzip', Buffer.from([0x1f])],
    ['only the first two bytes', Buffer.from([0x1f, 0x8b])],
    ['zlib, not gzip', Buffer.from([0x78, 0x9c, 0x03, 0, 0, 0, 0, 1])],
    ['another method', Buffer.from([0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
    ['reserved flags', Buffer.from([0x1f, 0x8b, 8, 0x20, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
    ['a name that never ends', Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 8]), Buffer.alloc(5_000, 0x61)])],
    [
      'an extra field beyond the end',
      Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 4]), Buffer.alloc(60, 0xff)]),
    ],
  ])('%s: BAD_GZIP', async (_, file) => expect(await codeOf(file)).toBe('BAD_GZIP'));
});

describe('a gzip bomb', () => {
  /** `blocks` MiB that begin like a log file and shrink to about 1/ratio. */
  async function bomb(ratio: number, blocks: number): Promise<Buffer> {
    const noise = ratio >= 1_000 ? 0 : Math.floor(MIB / ratio) - 1_100;
    const block = Buffer.concat([randomBytesFrom(ratio, noise), Buffer.alloc(MIB - noise)]);
    const gzip = createGzip({ level: 6 });
    const pieces: Buffer[] = [];
    gzip.on('data', (piece: Buffer) => pieces.push(piece));
    for (let at = 0; at < blocks; at++) if (!gzip.write(block)) await once(gzip, 'drain');
    gzip.end();
    await once(gzip, 'end');
    return Buffer.concat(pieces);
  }

  test.each([
    [10, 260],
    [100, 260],
    [300, 20],
    [1_000, 300],
  ])('of %d:1 is refused in the memory of a few chunks', async (ratio, blocks) => {
    const file = await bomb(ratio, blocks);
    expect(blocks * MIB).toBeGreaterThan(file.length * ratio * 0.8);
    const before = process.memoryUsage().rss;
    let most = before;
    let inflated = 0;
    const reading = async () => {
      for await (const chunk of gunzip(file)) {
        inflated += chunk.length;
        most = Math.max(most, process.memoryUsage().rss);
      }
    };
    await expect(reading()).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(inflated).toBeLessThanOrEqual(INFLATE_LIMITS.bytes);
    expect((most - before) / MIB).toBeLessThan(100);
  });

  test('is not seen in 16 MiB of white space, nor in 250 MiB at 100:1', async () => {
    for (const [ratio, blocks] of [
      [1_000, 16],
      [100, 250],
    ] as const) {
      let inflated = 0;
      for await (const chunk of gunzip(await bomb(ratio, blocks))) inflated += chunk.length;
      expect(inflated).toBe(blocks * MIB);
    }
  });
});
