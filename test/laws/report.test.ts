import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { BlockList } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetMetadata } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runReport } from '../../src/cli/report-run.js';
import type { JsonObject } from '../../src/cloudtrail/record.js';
import { readConfig } from '../../src/config.js';
import { identityCells } from '../../src/datasets/identity.js';
import { formatBytes, formatCount } from '../../src/shown/units.js';
import { openEngine } from '../../src/wiring/engine.js';
import { answer, QUESTIONS, rowsOfSql } from '../support/questions/asked.ts';
import { type DemoLake, demoLake, recordsOf } from '../support/questions/demo-lake.ts';
import { below, type ParsedPage, parsedPage, tableRows, textOf } from '../support/report/parsed-page.ts';

const AS_OF = Date.UTC(2026, 10, 1, 12);
const DAY = 86_400_000;
const FROM = Date.UTC(2026, 10, 1) - 90 * DAY;
const STANDARD = {
  networks: '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7',
  price: '5',
};

let lake: DemoLake;
let folder: string;
let records: readonly JsonObject[];
let page: ParsedPage;
let said = '';

/** Makes a report of the demo's lake; the bytes of the file. */
async function made(name: string, more: { readonly [flag: string]: string } = {}): Promise<string> {
  const out = join(folder, name);
  const io = {
    ...{ out: async () => undefined, stdoutIsTerminal: false, stderrIsTerminal: false, columns: 80 },
    err: (text: string) => {
      said += text;
    },
  };
  const doors = { openEngine, now: () => AS_OF, version: '1.2.3', questions: QUESTIONS };
  await runReport(await readConfig({ lake: lake.folder }), { ...STANDARD, ...more, out }, { io, doors });
  return await readFile(out, 'utf8');
}

beforeAll(async () => {
  lake = await demoLake(AS_OF);
  folder = await mkdtemp(join(tmpdir(), 'report-'));
  records = recordsOf(lake.trail).filter((record) => time(record) >= FROM && time(record) < AS_OF);
  page = parsedPage(await made('audit.html'));
});
afterAll(async () => {
  await lake.close();
  await rm(folder, { recursive: true });
});

const time = (record: JsonObject) => Date.parse(String(record['eventTime']));
const dayOf = (record: JsonObject) => String(record['eventTime']).slice(0, 10);
const userOf = (record: JsonObject) => String(identityCells(record)['user_name']);
const isAthena = (record: JsonObject) => record['eventSource'] === 'athena.amazonaws.com';
const starts = () => records.filter((record) => record['eventName'] === 'StartQueryExecution');
const queryOf = (record: JsonObject) => {
  const id = (record['responseElements'] as JsonObject | null)?.['queryExecutionId'];
  return lake.trail.queries.find((query) => query.id === id);
};
const toldOf = (record: JsonObject) => {
  const id = queryOf(record)?.id;
  return lake.trail.queryHistory.QueryExecutions.find((it) => it['QueryExecutionId'] === id);
};
const stateOf = (record: JsonObject) => (toldOf(record)?.['Status'] as JsonObject | undefined)?.['State'];
const hasFailed = (record: JsonObject) => record['errorCode'] !== undefined || stateOf(record) === 'FAILED';
const scannedBy = (record: JsonObject): number => {
  const statistics = toldOf(record)?.['Statistics'] as JsonObject | undefined;
  return Number(statistics?.['DataScannedInBytes'] ?? 0);
};

const tally = (keys: readonly string[]) => {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};
const number = (text: string | undefined) => Number(text?.replaceAll(',', ''));
const figures = (of: ParsedPage) => {
  const list = of.elements.filter(({ tagName }) => tagName === 'ul')[0];
  return list ? below(list, 'li').map(textOf) : [];
};

describe('the report of the demo', () => {
  test('has no error of HTML, and the figures of the trail at its head', () => {
    expect(page.errors).toEqual([]);
    const outside = starts().filter((it) => isOutside(String(it['sourceIPAddress']))).length;
    const { resolved: _, in_event: __, ...missing } = lake.trail.facts.queryText;
    expect(figures(page)).toEqual([
      `${formatCount(starts().length)}queries`,
      `${
        tally(
          starts()
            .filter((it) => it['errorCode'] === undefined)
            .map(userOf),
        ).size
      }users with queries`,
      `${formatBytes(starts().reduce((sum, it) => sum + scannedBy(it), 0))}scanned`,
      expect.stringMatching(/^0\.\d\d USDcost of scanning$/),
      `${outside}queries from outside`,
      '3calls refused',
      expect.stringMatching(/^\d+calls failed$/),
      `${Object.values(missing).reduce((sum, count) => sum + count, 0)}texts missing`,
    ]);
  });

  test('has each day with its queries, failures, bytes and events', () => {
    const rows = tableRows(page, 'Queries by day, where there were events');
    const athena = tally(records.filter(isAthena).map(dayOf));
    expect(rows.map(([day]) => day)).toEqual([...athena.keys()].sort());
    for (const [day = '', queries, failed, scanned, events] of rows) {
      const own = starts().filter((record) => dayOf(record) === day);
      expect([number(queries), number(failed), number(events)], day).toEqual([
        ...[own.length, own.filter(hasFailed).length, athena.get(day)],
      ]);
      const isTold = own.some(toldOf);
      expect(scanned, day).toBe(isTold ? formatBytes(own.reduce((sum, it) => sum + scannedBy(it), 0)) : '–');
    }
  });

  test('has each query in the row of its weekday and the column of its hour', () => {
    const rows = tableRows(page, 'Queries by weekday and hour (UTC)');
    const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
    const shown = rows.flatMap(([weekday, ...counts]) =>
      counts.flatMap((count, hour) =>
        count === '·' ? [] : [[`${weekday} ${hour}`, Number(count)] as const],
      ),
    );
    const keys = starts().map(
      (it) => `${weekdays[new Date(time(it)).getUTCDay()]} ${new Date(time(it)).getUTCHours()}`,
    );
    expect(new Map(shown)).toEqual(tally(keys));
  });

  test('has each user with queries and bytes, and the cost that the question tells', async () => {
    const rows = tableRows(page, 'Users by bytes scanned, with their cost');
    const accepted = starts().filter((it) => it['errorCode'] === undefined);
    const shown = rows.map(([user, queries, scanned, , , untold]) => [
      user,
      number(queries),
      scanned,
      number(untold),
    ]);
    const expected = [...tally(accepted.map(userOf))].map(([user, queries]) => {
      const own = accepted.filter((it) => userOf(it) === user);
      const told = own.filter(toldOf);
      const scanned = told.length === 0 ? '–' : formatBytes(told.reduce((sum, it) => sum + scannedBy(it), 0));
      return [user, queries, scanned, queries - told.length];
    });
    expect(new Set(shown.map(String))).toEqual(new Set(expected.map(String)));
    expect(rows[0]?.[0]).toBe('mary.major@example.com');
    const period = { from: new Date(FROM).toISOString(), to: new Date(AS_OF).toISOString() };
    const [first] = await answer(lake.engine, 'cost', { period });
    expect(Number(rows[0]?.[4])).toBeCloseTo(Number(first?.['cost_usd']), 2);
  });

  const inside = new BlockList();
  for (const network of STANDARD.networks.split(',')) {
    const [address = '', length] = network.split('/');
    inside.addSubnet(address, Number(length), address.includes(':') ? 'ipv6' : 'ipv4');
  }
  const isOutside = (ip: string) => !inside.check(ip, ip.includes(':') ? 'ipv6' : 'ipv4');

  test('has who came from outside: john.doe at night, the contractor, the trainee, the dashboards', () => {
    const rows = tableRows(page, 'Users and addresses outside the networks');
    const outside = starts().filter((it) => isOutside(String(it['sourceIPAddress'])));
    const expected = tally(outside.map((it) => `${userOf(it)} ${it['sourceIPAddress']}`));
    expect(new Map(rows.map(([user, ip, queries]) => [`${user} ${ip}`, number(queries)]))).toEqual(expected);
    expect(expected.get('john.doe 203.0.113.9')).toBe(7);
    const nights = rows.find(([user]) => user === 'john.doe');
    expect(nights?.slice(5)).toEqual(['2026-10-26 02:14', '2026-10-30 03:22']);
  });

  test('has the tables of the queries that ended well, or their databases', async () => {
    const sql = `SELECT query_execution_id AS id, coalesce(referenced_tables, lower(catalog_name || '.' || database_name) || '.?') AS tables
      FROM athena_audit_logs WHERE event_name = 'StartQueryExecution'`;
    const known = new Map(
      (await rowsOfSql(lake.engine, sql)).map((row) => [row['id'], String(row['tables'])]),
    );
    const read = starts().filter((it) => queryOf(it) && !hasFailed(it));
    const touched = read.flatMap((it) => known.get(queryOf(it)?.id ?? '')?.split(',') ?? []);
    const rows = tableRows(page, 'Tables by the number of queries that read them');
    const expected = tally(touched.map((name) => name.toLowerCase()).filter((name) => name !== ''));
    expect(expected.size).toBeGreaterThan(3);
    for (const [table = '', reading, queries] of rows) {
      expect(number(queries), table).toBe(expected.get(table));
      expect(number(reading), table).toBeLessThanOrEqual(number(queries));
    }
    expect(rows).toHaveLength(Math.min(20, expected.size));
  });

  test('has the refusals of the contractor, and the mistakes of others', () => {
    const rows = tableRows(page, 'Failures and refusals by user and reason');
    const refused = rows.filter(([, outcome]) => outcome === 'access denied');
    expect(refused.map(([user, , , reason, times]) => [user, reason, times])).toEqual([
      ['diego.ramirez', 'AccessDenied', '2'],
      ['diego.ramirez', 'Insufficient Lake Formation permission(s): Required Select on persons', '1'],
    ]);
    const syntax = rows.find(([, , , reason]) => reason?.includes("'SELEC'"));
    expect(syntax?.[0]).toBe('mary.major@example.com');
  });

  test('has each reason for which a text is missing, with its count', () => {
    const rows = tableRows(page, 'Queries without a text, by reason');
    const { resolved: _, in_event: __, ...missing } = lake.trail.facts.queryText;
    expect(Object.fromEntries(rows.map(([status, , queries]) => [status, number(queries)]))).toEqual(
      Object.fromEntries(Object.entries(missing).filter(([, count]) => count > 0)),
    );
  });

  test('has the log files and records of the trail, once for each dataset', () => {
    const { files, records: counts } = lake.trail.facts;
    const rows = tableRows(page, 'Log files by how they stand in the ledger, all days');
    const sum = (at: number, ...status: readonly string[]) =>
      rows.filter(([it = '']) => status.includes(it)).reduce((total, row) => total + number(row[at]), 0);
    expect(sum(2, 'COMMITTED', 'EMPTY')).toBe(2 * files.sound);
    expect(sum(2, 'QUARANTINED')).toBe(2 * files.corrupt);
    expect(sum(3, 'COMMITTED', 'EMPTY')).toBe(2 * counts.read);
    expect(sum(4, 'COMMITTED', 'EMPTY')).toBe(counts.read - counts.athena);
    expect(sum(6, 'COMMITTED', 'EMPTY')).toBe(counts.read + counts.athena);
    const tables = tableRows(page, 'Tables and partitions, all days');
    expect(tables.map(([table, , , , , , rowCount]) => [table, number(rowCount)])).toEqual([
      ['athena_events', counts.athena],
      ['athena_query_details', 0],
      ['cloudtrail_events', counts.read],
    ]);
  });

  test('has the days on which nothing is there', () => {
    const days = new Set(recordsOf(lake.trail).map(dayOf));
    const rows = tableRows(page, 'Days without any row');
    const silent = rows.flatMap(([from = '', to = '']) => {
      const length = (Date.parse(to) - Date.parse(from)) / DAY + 1;
      return Array.from({ length }, (_, at) =>
        new Date(Date.parse(from) + at * DAY).toISOString().slice(0, 10),
      );
    });
    const all = Array.from({ length: 91 }, (_, at) => new Date(FROM + at * DAY).toISOString().slice(0, 10));
    expect(silent).toEqual(all.filter((day) => !days.has(day)));
  });

  test('stands for the bytes of its data files: the hash is that of the files as they lie there', () => {
    const table = join(lake.folder, 'athena_events');
    const paths = readdirSync(table, { recursive: true, encoding: 'utf8' }).filter((it) =>
      it.endsWith('.parquet'),
    );
    const lines = paths.flatMap((path) => {
      const [, year, month, date] = /year=(\d+)\/month=(\d+)\/day=(\d+)/.exec(path) ?? [];
      if (Date.parse(`${year}-${month}-${date}`) < FROM) return [];
      const bytes = readFileSync(join(table, path));
      const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return [`athena_events/${path}\t${bytes.length}\t${parquetMetadata(file).num_rows}\t${sha256}\n`];
    });
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.length).toBeLessThan(paths.length);
    const hash = createHash('sha256').update(lines.sort().join('')).digest('hex');
    const facts = page.elements.filter(({ tagName }) => tagName === 'dd').map(textOf);
    expect(facts).toContain(hash);
    expect(said).toContain(hash);
  });

  test('is the same bytes for the same lake, period and clock, and tells their hash', async () => {
    const [first, again] = [readFileSync(join(folder, 'audit.html'), 'utf8'), await made('again.html')];
    expect(again === first).toBe(true);
    expect(said).toContain(createHash('sha256').update(first).digest('hex'));
    const dearer = parsedPage(await made('dearer.html', { price: '50', networks: '0.0.0.0/0,::/0' }));
    expect(figures(dearer)[4]).toBe('0queries from outside');
    expect(Number(figures(dearer)[3]?.split(' ')[0])).toBeCloseTo(
      10 * Number(figures(page)[3]?.split(' ')[0]),
      0,
    );
  });

  test('of a period without events, and of one with a single moment of it, looks right', async () => {
    const none = parsedPage(await made('none.html', { from: '2020-01-01', to: '2022-01-01' }));
    expect([none.errors, none.elements.filter(({ tagName }) => tagName === 'svg')]).toEqual([[], []]);
    const archived = parsedPage(await made('archived.html', { from: '2023-01-01', to: '2024-01-01' }));
    expect(archived.errors).toEqual([]);
    const weeks = tableRows(archived, 'Queries by week, where there were events');
    expect(weeks.map(([, queries]) => queries)).toEqual(['1']);
  });

  test.each([
    [{ days: '3', from: '3d' }, '--days and --from'],
    [{ days: '0' }, '--days 0'],
    [{ days: '1.5' }, '--days 1.5'],
    [{ from: 'soon' }, '--from soon'],
    [{ from: '2026-02-01', to: '2026-01-01' }, 'is empty'],
    [{ networks: 'home' }, 'home is no network'],
    [{ price: '-1' }, '--price'],
  ])('is not made for %o', async (flags, message) => {
    await expect(made('refused.html', flags)).rejects.toMatchObject({ code: 'USAGE' });
    await expect(made('refused.html', flags)).rejects.toThrow(message);
  });
});
