import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sortableAddress } from '../../src/datasets/source-ip.js';
import { SEED } from '../support/seed.js';

/** 32 hex digits as a plain IPv6 address, which Node reads in its own way. */
const asGroups = (hex: string) => (hex.match(/.{4}/g) ?? []).join(':');

function isSameAddress(hex: string, address: string): boolean {
  const list = new BlockList();
  list.addAddress(asGroups(hex), 'ipv6');
  return list.check(address, 'ipv6');
}

describe('a sortable address', () => {
  test.each([
    ['203.0.113.7', '00000000000000000000ffffcb007107'],
    ['198.51.100.255', '00000000000000000000ffffc63364ff'],
    ['0.0.0.0', '00000000000000000000ffff00000000'],
    ['255.255.255.255', '00000000000000000000ffffffffffff'],
    ['2001:db8::1', '20010db8000000000000000000000001'],
    ['2001:DB8:0:0:0:0:0:A', '20010db800000000000000000000000a'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '20010db8000000000000000000000001'],
    ['::', '0'.repeat(32)],
    ['::1', '00000000000000000000000000000001'],
    ['2001:db8::', '20010db8000000000000000000000000'],
    ['2001:db8:1:2:3:4:5::', '20010db8000100020003000400050000'],
    ['::2:3:4:5:6:7:8', '00000002000300040005000600070008'],
    ['::ffff:203.0.113.7', '00000000000000000000ffffcb007107'],
    ['::FFFF:cb00:7107', '00000000000000000000ffffcb007107'],
    ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
    ['1:2:3:4:5:6:192.0.2.33', '000100020003000400050006c0000221'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
  ])('of %s is %s', (address, hex) => expect(sortableAddress(address)).toBe(hex));

  test('is the same for an IPv4 address and its mapped form', () => {
    expect(sortableAddress('::ffff:192.0.2.1')).toBe(sortableAddress('192.0.2.1'));
  });

  test.each([
    ...[
      'athena.amazonaws.com',
      'quicksight.amazonaws.com',
      'AWS Internal',
      '',
      ' ',
      '*',
      'HIDDEN_DUE_TO_SECURITY_REASONS',
    ],
    ...[
      '203.0.113',
      '203.0.113.7.1',
      '203.0.113.256',
      '203.0.113.-1',
      '203.0.113.7 ',
      ' 203.0.113.7',
      '203.0.113.7\n',
    ],
    ...[
      '203.0.113.0/24',
      '203.0.113.7:443',
      '0x7f.0.0.1',
      '203.0.113.007',
      '010.0.0.1',
      '3405803783',
      '２03.0.113.7',
    ],
    ...[
      ':',
      ':::',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '1::2::3',
      '2001:db8::g',
      '2001:db8::12345',
      '[2001:db8::1]',
    ],
    ...[
      '1:2:3:4:5:6:7:8::',
      '::1:2:3:4:5:6:7:8',
      ':1:2:3:4:5:6:7:8',
      '1:2:3:4:5:6:7:',
      '::203.0.113.256',
      '203.0.113.7::',
    ],
    ...[
      '::203.0.113.7:1',
      '1:2:3:4:5:6:7:192.0.2.33',
      '2001:db8::/32',
      'fe80::1%',
      'AWS: Internal',
      '2001:db8:: 1',
    ],
  ])('of %j is nothing', (text) => expect(sortableAddress(text)).toBeNull());

  test('of nothing is nothing', () => expect(sortableAddress(null)).toBeNull());

  test(`exists exactly where Node sees an address, and is that address (seed ${SEED})`, () => {
    const piece = fc.constantFrom(
      ...[
        '0',
        '1',
        'db8',
        '2001',
        'ffff',
        'FFFF',
        '12345',
        'g',
        '',
        ':',
        ':',
        '::',
        '.',
        '203',
        '256',
        '01',
        '192.0.2.1',
      ],
    );
    const like = fc.oneof(
      fc.ipV4(),
      fc.ipV4Extended(),
      fc.ipV6(),
      fc.ipV6().map((address) => address.toUpperCase()),
      fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(':')),
      fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('')),
      fc.array(piece, { maxLength: 5 }).map((parts) => parts.join('.')),
    );
    const seen = { 4: 0, 6: 0, 0: 0 };
    fc.assert(
      fc.property(like, (text) => {
        const hex = sortableAddress(text);
        const version = isIP(text) as 4 | 6 | 0;
        seen[version]++;
        expect(hex !== null, text).toBe(version !== 0);
        if (hex === null) return;
        expect(hex).toMatch(/^[0-9a-f]{32}$/);
        expect(isSameAddress(hex, version === 4 ? `::ffff:${text}` : text), text).toBe(true);
      }),
      { seed: SEED, numRuns: 20_000 },
    );
    expect(Math.min(seen[4], seen[6], seen[0])).toBeGreaterThan(1_000);
  });

  test(`sorts as the addresses do, so that a network is a range (seed ${SEED})`, () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const v4 = fc.tuple(octet, octet, octet, octet);
    const hexOf = (octets: readonly number[]) => sortableAddress(octets.join('.')) ?? '';
    const numberOf = (octets: readonly number[]) => octets.reduce((sum, it) => sum * 256 + it, 0);
    fc.assert(
      fc.property(v4, v4, (a, b) => {
        expect(Math.sign(numberOf(a) - numberOf(b))).toBe(
          hexOf(a) < hexOf(b) ? -1 : hexOf(a) > hexOf(b) ? 1 : 0,
        );
      }),
      { seed: SEED, numRuns: 5_000 },
    );
    const [first, last] = [hexOf([203, 0, 113, 0]), hexOf([203, 0, 113, 255])];
    const within = (address: string) => {
      const hex = sortableAddress(address) ?? '';
      return hex >= first && hex <= last;
    };
    expect(['203.0.113.0', '203.0.113.77', '::ffff:203.0.113.255'].every(within)).toBe(true);
    expect(['203.0.112.255', '203.0.114.0', '2001:db8::1', '::203.0.113.7'].some(within)).toBe(false);
  });

  test.each([['%'], [':'], ['1'], ['1.'], ['1:'], ['::1.'], ['%\n']])(
    'of a megabyte of %j is nothing, at once',
    (piece) => {
      const start = performance.now();
      expect(sortableAddress(`:${piece.repeat(1 << 20)}\n`)).toBeNull();
      expect(performance.now() - start).toBeLessThan(50);
    },
  );
});
