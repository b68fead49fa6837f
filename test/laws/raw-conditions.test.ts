import type { DuckDBConnection } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/cloudtrail/record.js';
import { identityCells } from '../../src/datasets/identity.js';
import { generateTrail } from '../../src/demo/trail.js';
import type { Search } from '../../src/ports/activity-log.js';
import { conditionOf } from '../../src/trace/raw-conditions.js';
import { keptRow, userNameOf } from '../../src/trace/raw-event.js';
import { batchSelect, KEPT_COLUMNS } from '../../src/trace/raw-sql.js';
import { IDENTITIES } from '../support/identities.ts';
import { payloads } from '../support/questions/payloads.ts';
import { inDuckDb, inDuckDbsWords, load, RAW_TYPES, rawRow } from '../support/raw-in-duckdb.ts';
import { isOf } from '../support/raw-scan.ts';
import { readable } from '../support/trace-world.ts';

const AS_OF = Date.UTC(2026, 10, 1, 12);
const PLACE = ['111122223333', 'eu-west-1', '2026', '10', '31'];
const EVER = { from: 0, to: AS_OF };

type Searched = Exclude<Search, { kind: 'keys' }>;

/** Asks records as one partition of the raw table. */
async function over(
  records: readonly JsonObject[],
  use: (
    find: (search: Searched) => Promise<readonly number[]>,
    connection: DuckDBConnection,
  ) => Promise<void>,
): Promise<void> {
  await inDuckDb(async (connection, folder) => {
    const rows = records.map((record, at) => rawRow({ ...record, eventID: String(at) }, PLACE));
    await load(connection, { folder, name: 'logs', columns: RAW_TYPES, rows });
    const find = async (search: Searched) => {
      const sql = `SELECT cast(eventid AS integer) FROM logs WHERE ${conditionOf(search, [])} ORDER BY 1`;
      const found = await connection.runAndReadAll(inDuckDbsWords(sql));
      return found.getRowsJS().map(([id]) => Number(id));
    };
    await use(find, connection);
  });
}

const expected = (records: readonly JsonObject[], search: Searched) =>
  records.flatMap((record, at) => (isOf(search, record) ? at : []));

const subject = (it: Extract<Search, { kind: 'subject' }>['subject']): Searched => ({
  ...{ kind: 'subject', subject: it },
  ...EVER,
});

const demo = () => readable(generateTrail({ asOf: AS_OF }).files).flatMap(({ records }) => records);
const texts = (values: readonly unknown[]) =>
  [...new Set(values)].filter((it): it is string => typeof it === 'string' && it !== '');
const NAMES = ['user_name', 'session_name', 'source_identity', 'identity_center_user_id', 'role_name'];

/** Every way in which AWS writes an identity, as records. A damaged one is a text to Athena, as everything is. */
const everyIdentity = (): readonly JsonObject[] =>
  IDENTITIES.filter(({ identity }) => !JSON.stringify(identity).includes('{"not":')).map(
    ({ identity: userIdentity }) => ({
      ...{ eventTime: '2026-10-31T10:00:00Z', eventSource: 's3.amazonaws.com', eventName: 'ListBuckets' },
      userIdentity,
    }),
  );

describe('the conditions of a trace', () => {
  test.each([
    ['the demo', demo],
    ['identities of every kind', everyIdentity],
  ] as const)(
    'find of %s, by each name, ARN, role and key in it, what the rule of user_name finds',
    async (_, make) => {
      const records = make();
      const cells = records.map(identityCells);
      const all = (column: string) => texts(cells.map((it) => it[column]));
      const searches = [
        ...texts(NAMES.flatMap(all)).map((name) => subject({ kind: 'name', name: name.toUpperCase() })),
        ...all('user_arn').map((arn) => subject({ kind: 'arn', arn })),
        ...all('role_arn').map((arn) => subject({ kind: 'role', arn })),
        ...all('access_key_id').map((id) => subject({ kind: 'key', id })),
        { kind: 'origins' as const, keys: all('access_key_id'), ...EVER },
      ];
      expect(searches.length).toBeGreaterThan(30);
      await over(records, async (find) => {
        for (const search of searches) {
          expect(await find(search), JSON.stringify(search)).toEqual(expected(records, search));
        }
      });
    },
  );

  test.each([
    ['the demo', demo],
    ['identities of every kind', everyIdentity],
  ] as const)('keep of %s what tells who acted', async (_, make) => {
    const records = make();
    await over(records, async (_find, connection) => {
      const batch = { month: '2026-10', days: ['31'], accounts: [PLACE[0] ?? ''], regions: [PLACE[1] ?? ''] };
      const select = batchSelect({
        ...{ rawTable: 'logs', number: 1, searched: { kind: 'origins', keys: ['x'], ...EVER } },
        batch: { ...batch, keys: [], partitions: 1 },
      });
      const sql = `${select.slice(0, select.indexOf('\nWHERE'))} ORDER BY cast(eventid AS integer)`;
      const { columnNames, getRowsJS } = await answer(connection, sql);
      expect(columnNames).toEqual(['search', ...KEPT_COLUMNS]);
      const names = getRowsJS.map((row) => userNameOf(keptRow(row.slice(1))));
      expect(names).toEqual(records.map((record) => identityCells(record)['user_name']));
    });
  });

  test('take every text for a name: what somebody tries finds himself alone', async () => {
    const tried = payloads(400);
    expect(tried.length).toBe(400);
    const records = tried.map((userName) => ({
      ...{ eventTime: '2026-10-31T10:00:00Z', eventSource: 's3.amazonaws.com' },
      userIdentity: { type: 'IAMUser', userName },
    }));
    await over(records, async (find) => {
      for (const name of tried) {
        const search = subject({ kind: 'name', name });
        expect(await find(search), name).toEqual(expected(records, search));
      }
    });
  });

  test('let no key be more than a key', async () => {
    const search: Searched = { kind: 'origins', keys: ["x') OR ('1'='1", "'"], ...EVER };
    await over(demo(), async (find) => expect(await find(search)).toEqual([]));
  });

  test('bound the time of an event: from the first moment on, before the last', async () => {
    const at = Date.UTC(2026, 9, 31, 10);
    const records = [-1, 0, 1].map((seconds) => ({
      eventTime: `${new Date(at + seconds * 1_000).toISOString().slice(0, 19)}Z`,
      userIdentity: { userName: 'bob' },
    }));
    await over(records, async (find) => {
      const by = (from: number, to: number) => find({ ...subject({ kind: 'name', name: 'bob' }), from, to });
      expect(await by(at, at + 1_000)).toEqual([1]);
      expect(await by(at - 1, at + 1)).toEqual([1]);
      expect(await by(at + 1, at + 1_001)).toEqual([2]);
      expect(await by(at - 1_000, at)).toEqual([0]);
    });
  });
});

async function answer(connection: DuckDBConnection, sql: string) {
  const reader = await connection.runAndReadAll(inDuckDbsWords(sql));
  return { columnNames: reader.columnNames(), getRowsJS: reader.getRowsJS() };
}
