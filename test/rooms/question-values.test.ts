import { BlockList, isIPv4 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sortableAddress } from '../../src/datasets/source-ip.js';
import { epochMsOf, momentOf, momentSql } from '../../src/questions/moment.js';
import { rangeOf } from '../../src/questions/networks.js';
import { type ParameterType, valueSql } from '../../src/questions/parameter-types.js';
import { periodOf, periodText, withinSql } from '../../src/questions/period.js';
import { SEED } from '../support/seed.ts';

const NOW = Date.UTC(2026, 10, 21, 18, 30);

describe('a network', () => {
  const ADDRESS = fc.oneof(fc.ipV4(), fc.ipV6());

  test('is the range of addresses that Node’s own block list knows', () => {
    const near = (network: string, flipped: number) => {
      const bytes = isIPv4(network) ? network.split('.').map(Number) : undefined;
      if (!bytes) return network;
      const at = flipped >> 3;
      return bytes.map((byte, index) => (index === at ? byte ^ (1 << (7 - (flipped & 7))) : byte)).join('.');
    };
    let inside = 0;
    const property = fc.property(
      ADDRESS,
      fc.nat(128),
      ADDRESS,
      fc.nat(31),
      (network, length, other, flipped) => {
        const v4 = isIPv4(network);
        const prefix = v4 ? length % 33 : length;
        const range = rangeOf(`${network}/${prefix}`);
        const list = new BlockList();
        list.addSubnet(network, prefix, v4 ? 'ipv4' : 'ipv6');
        for (const address of [other, network, near(network, flipped)]) {
          if (isIPv4(address) !== v4) continue;
          const sortable = sortableAddress(address) ?? '';
          const isIn = range !== undefined && range.first <= sortable && sortable <= range.last;
          expect(isIn, `${address} in ${network}/${prefix}`).toBe(list.check(address, v4 ? 'ipv4' : 'ipv6'));
          if (isIn) inside++;
        }
      },
    );
    fc.assert(property, { seed: SEED, numRuns: 3_000 });
    expect(inside).toBeGreaterThan(1_000);
  });

  test.each([
    ['10.0.0.0/8', '00000000000000000000ffff0a000000', '00000000000000000000ffff0affffff'],
    ['203.0.113.9', '00000000000000000000ffffcb007109', '00000000000000000000ffffcb007109'],
    ['::ffff:10.0.0.0/104', '00000000000000000000ffff0a000000', '00000000000000000000ffff0affffff'],
    ['2001:db8::/32', '20010db8000000000000000000000000', '20010db8ffffffffffffffffffffffff'],
    ['0.0.0.0/0', '00000000000000000000ffff00000000', '00000000000000000000ffffffffffff'],
    ['::/0', '0'.repeat(32), 'f'.repeat(32)],
  ])('%s goes from %s to %s', (network, first, last) => {
    expect(rangeOf(network)).toEqual({ first, last });
  });

  test.each([
    ...[
      '10.0.0.0/33',
      '10.0.0/8',
      '10.0.0.256/8',
      '10.0.0.0/08',
      '10.0.0.0/',
      '/8',
      '10.0.0.0/8/8',
      '10.0.0.0/-1',
      '10.0.0.0/+8',
    ],
    ...[
      'fc00::/129',
      'fc00:::/7',
      'fc00',
      'example.com',
      '10.0.0.0-10.0.0.9',
      "10.0.0.0/8' OR 1=1",
      'fe80::1%eth0/64',
      '',
    ],
  ])('%j is none, and is named', (text) => {
    expect(rangeOf(text)).toBeUndefined();
    const list = `192.0.2.0/24,${text}`;
    expect(() => valueSql('networks', list, '--networks')).toThrow(
      `--networks: ${text || 'nothing'} is no network`,
    );
  });
});

describe('a moment', () => {
  test.each([
    ['2026-11-14', '2026-11-14T00:00:00.000Z'],
    ['2026-11-14T08:30', '2026-11-14T08:30:00.000Z'],
    ['2026-11-14 08:30:15.5', '2026-11-14T08:30:15.500Z'],
    ['2026-11-14T08:30:15Z', '2026-11-14T08:30:15.000Z'],
    ['2026-11-14T01:30+02:00', '2026-11-13T23:30:00.000Z'],
    ['7d', '2026-11-14T00:00:00.000Z'],
    ['T-7d', '2026-11-14T00:00:00.000Z'],
    ['yesterday', '2026-11-20T00:00:00.000Z'],
    ['today', '2026-11-21T00:00:00.000Z'],
  ])('%s is %s', (text, iso) => {
    const moment = momentOf(text);
    expect(moment && new Date(epochMsOf(moment, NOW)).toISOString()).toBe(iso);
  });

  test.each([
    ...[
      '',
      'now',
      '7',
      '7 d',
      '-7d',
      '7h',
      'T-7',
      '2026-02-30',
      '2026-13-01',
      '26-01-01',
      '2026-1-1',
      '20260101',
      '123456d',
    ],
    ...[
      '2026-11-14T24:00',
      '2026-11-14T08:60',
      '2026-11-14T08',
      '2026-11-14Z',
      "2026-11-14' OR 1=1 --",
      '1763337600',
    ],
  ])('%j is none, and is named with what would be', (text) => {
    expect(momentOf(text)).toBeUndefined();
    expect(() => periodOf({ to: text }, 7)).toThrow(`--to ${text} is no moment: write 2026-11-14, `);
  });

  test('stays relative in SQL where it was', () => {
    expect(momentSql({ kind: 'days ago', days: 7 })).toBe("current_date - interval '7' day");
    expect(momentSql({ kind: 'at', epochMs: NOW })).toBe("timestamp '2026-11-21 18:30:00.000'");
  });
});

describe('a period', () => {
  test('is told in full, and begins so many days before today where nothing else is said', () => {
    expect(periodText(periodOf({}, 7), NOW)).toBe('2026-11-14T00:00:00Z to now');
    expect(periodText(periodOf({ from: '2026-10-01', to: '1d' }, 7), NOW)).toBe(
      '2026-10-01T00:00:00Z to 2026-11-20T00:00:00Z',
    );
  });

  test.each([
    ['1d', '2d'],
    ['2026-11-14', '2026-11-14'],
  ])('from %s to %s is empty, and refused', (from, to) => {
    expect(() => periodText(periodOf({ from, to }, 7), NOW)).toThrow('--to must be later');
  });

  test('bounds partitions and time, without its end', () => {
    expect(withinSql(periodOf({ from: '3d', to: '2026-11-20T06:00' }, 7), 45).replace(/\s+/g, ' ')).toBe(
      "(year || '-' || month || '-' || day >= date_format(current_date - interval '48' day, '%Y-%m-%d') " +
        "AND event_time >= current_date - interval '48' day " +
        "AND year || '-' || month || '-' || day <= '2026-11-20' AND event_time < timestamp '2026-11-20 06:00:00.000')",
    );
  });
});

describe('a value', () => {
  test.each<[ParameterType, string, string]>([
    ['text', "o'brien", "'o''brien'"],
    ['text', '', "''"],
    ['number', '4.75', '4.75E0'],
    ['number', '0', '0E0'],
    ['count', '20', '20'],
    ['days', '0', '0'],
  ])('of type %s: %j is %s in SQL', (type, text, sql) => {
    expect(valueSql(type, text, '--x')).toBe(sql);
  });

  test.each<[ParameterType, string]>([
    ...['a\0b', '\ud800', 'x\udc00y'].map((text): [ParameterType, string] => ['text', text]),
    ...['', '-5', '5e3', '.5', '5.', 'NaN', 'five', '5;', '١'].map((text): [ParameterType, string] => [
      'number',
      text,
    ]),
    ...['0', '-1', '1.5', '01', '1e3', '9999999999'].map((text): [ParameterType, string] => ['count', text]),
    ...['-1', '1.5', '100000', '7d'].map((text): [ParameterType, string] => ['days', text]),
  ])('of type %s: %j is refused by the name of the parameter', (type, text) => {
    expect(() => valueSql(type, text, '--x')).toThrow(/^--x: /);
  });
});
