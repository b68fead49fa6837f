import { BlockList } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/cloudtrail/record.js';
import { identityCells } from '../../src/datasets/identity.js';
import { type Query, textStatusOf } from '../../src/demo/queries.js';
import { type Ask, answer, only, QUESTIONS, rowsOfSql, stamp } from '../support/questions/asked.ts';
import { type DemoLake, demoLake, recordsOf } from '../support/questions/demo-lake.ts';

const AS_OF = Date.UTC(2026, 10, 1, 12);
const TODAY = '2026-11-01';
const DAY = 86_400_000;
const MIDNIGHT = Date.UTC(2026, 10, 1);

let lake: DemoLake;
let records: readonly JsonObject[];
beforeAll(async () => {
  lake = await demoLake(AS_OF);
  records = recordsOf(lake.trail);
});
afterAll(async () => await lake.close());

const ask = (name: string, given: Ask['given'] = {}, period: Ask['period'] = {}) =>
  answer(lake.engine, name, { given, period, on: TODAY });

/** What is known of a record that began a query, from the trail and its facts alone. */
type Start = {
  readonly at: number;
  readonly user: string;
  readonly ip: string;
  readonly identity: ReturnType<typeof identityCells>;
  readonly error: string | null;
  readonly query: Query | undefined;
  readonly told: JsonObject | undefined;
  readonly status: string;
  readonly sql: string | null;
  readonly database: string | null;
};

const time = (record: JsonObject) => Date.parse(String(record['eventTime']));
const userOf = (record: JsonObject) => String(identityCells(record)['user_name']);

function starts(days: number): readonly Start[] {
  const { queries, queryHistory } = lake.trail;
  return records
    .filter((record) => record['eventName'] === 'StartQueryExecution')
    .filter((record) => time(record) >= MIDNIGHT - days * DAY)
    .map((record) => {
      const id = (record['responseElements'] as JsonObject | null)?.['queryExecutionId'];
      const query = queries.find((it) => it.id === id);
      const told = queryHistory.QueryExecutions.find((it) => it['QueryExecutionId'] === id);
      const status = query ? textStatusOf(query, AS_OF) : 'never_started';
      return {
        ...{
          at: time(record),
          user: userOf(record),
          ip: String(record['sourceIPAddress']),
          status,
          query,
          told,
        },
        identity: identityCells(record),
        error: record['errorCode'] === undefined ? null : String(record['errorCode']),
        sql: query && (status === 'resolved' || status === 'in_event') ? query.sql : null,
        database: query?.database ?? null,
      };
    });
}

/** As `order by submission_time desc, query_execution_id` with NULL at the end. */
function listed(found: readonly Start[]) {
  const submitted = ({ at, told }: Start) => at + (told ? 120 : 0);
  const id = ({ query }: Start) => query?.id ?? '~';
  return [...found]
    .sort((a, b) => submitted(b) - submitted(a) || (id(a) < id(b) ? -1 : 1))
    .map((it) => [stamp(submitted(it)), it.user, it.sql, it.query?.id ?? null]);
}

const LISTED = ['submission_time', 'user_name', 'query_text', 'query_execution_id'] as const;

const tally = (keys: readonly string[]) => {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};

describe('the questions, over the trail of the demo', () => {
  test('queries: all of the last seven days, and nothing else', async () => {
    const rows = await ask('queries');
    expect(only(rows, ...LISTED)).toEqual(listed(starts(7)));
    const mary = rows.find((row) => row['query_text'] === 'SELEC city FROM sales.orders');
    expect(mary).toMatchObject({ user_name: 'mary.major@example.com', state: 'FAILED' });
  });

  test('by-user: the queries of john.doe, by day and by night', async () => {
    const rows = await ask('by-user', { user: 'john.doe' });
    expect(only(rows, ...LISTED)).toEqual(listed(starts(30).filter(({ user }) => user === 'john.doe')));
    expect(new Set(rows.map((row) => row['source_ip']))).toEqual(new Set(['10.20.4.17', '203.0.113.9']));
    expect(rows.filter((row) => row['source_ip'] === '203.0.113.9')).toHaveLength(7);
  });

  test('by-user: by the identity behind a role, by an ARN, with a period', async () => {
    const diego = starts(30).filter(({ user }) => user === 'diego.ramirez');
    expect(diego).toHaveLength(4);
    const arn = 'arn:aws:sts::111122223333:assumed-role/Contractor/diego.ramirez';
    for (const user of ['diego.ramirez@example.com', 'diego.ramirez', arn]) {
      expect(only(await ask('by-user', { user }), ...LISTED), user).toEqual(listed(diego));
    }
    const period = { from: '4d', to: '2d' };
    const within = diego.filter(({ at }) => at >= MIDNIGHT - 4 * DAY && at < MIDNIGHT - 2 * DAY);
    expect(within).toHaveLength(2);
    const rows = await ask('by-user', { user: 'diego.ramirez' }, period);
    expect(only(rows, ...LISTED)).toEqual(listed(within));
  });

  const privateNetworks = new BlockList();
  for (const [network, prefix] of [
    ['10.0.0.0', 8],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
  ] as const)
    privateNetworks.addSubnet(network, prefix, 'ipv4');
  privateNetworks.addSubnet('fc00::', 7, 'ipv6');
  const family = (ip: string) => (ip.includes(':') ? 'ipv6' : 'ipv4');

  test('outside-networks: dashboards, the contractor, the trainee on IPv6, finance at home, and john.doe at night', async () => {
    const rows = await ask('outside-networks');
    const outside = starts(7).filter(({ ip }) => !privateNetworks.check(ip, family(ip)));
    expect(only(rows, ...LISTED)).toEqual(listed(outside));
    expect(new Set(rows.map((row) => row['source_ip']))).toEqual(
      new Set(['192.0.2.45', '198.51.100.23', '198.51.100.77', '203.0.113.9', '2001:db8:0:17::5']),
    );
  });

  test('outside-networks about patients: seven queries at night with the key of john.doe, one of the contractor', async () => {
    const rows = await ask('outside-networks', { about: 'PATIENTS' });
    expect(only(rows, 'user_name', 'source_ip')).toEqual([
      ...Array(3).fill(['john.doe', '203.0.113.9']),
      ['diego.ramirez', '198.51.100.77'],
      ...Array(4).fill(['john.doe', '203.0.113.9']),
    ]);
  });

  test('outside-networks: networks of IPv6 and IPv4 that are named are inside', async () => {
    const networks = '10.0.0.0/8, 2001:db8::/32,192.0.2.45,198.51.100.64/27';
    const rows = await ask('outside-networks', { networks });
    expect(new Set(rows.map((row) => row['source_ip']))).toEqual(new Set(['198.51.100.23', '203.0.113.9']));
  });

  test('table: each query that names it, and how that is known', async () => {
    const rows = await ask('table', { name: 'patients.persons' });
    const texts = starts(30).filter(({ sql }) => sql?.includes('patients.persons'));
    const sure = rows.filter((row) => /^(named|mentioned) in the text$/.test(String(row['how'])));
    expect(only(sure, ...LISTED)).toEqual(listed(texts));
    expect(texts).toHaveLength(4);
    const others = rows.filter((row) => !sure.includes(row));
    expect(new Set(others.map((row) => row['database_name']))).toEqual(new Set(['patients']));
    for (const row of others) expect(row['how']).toMatch(/^(text missing, )?ran in its database$/);
  });

  test('table: a query whose text is gone is shown by its database, and says so', async () => {
    const period = { from: '60d', to: '50d' };
    const rows = await ask('table', { name: 'patients.visits' }, period);
    const gone = starts(60).filter(({ at, database }) => at < MIDNIGHT - 50 * DAY && database === 'patients');
    expect(gone.length).toBeGreaterThan(1);
    expect(only(rows, ...LISTED)).toEqual(listed(gone));
    expect(new Set(rows.map((row) => row['how']))).toEqual(new Set(['text missing, ran in its database']));
    expect(await ask('table', { name: 'visits' }, period)).toEqual([]);
  });

  test('cost: what each user scanned, and what it costs', async () => {
    const rows = await ask('cost', { top: '100' });
    const charged = ({ told }: Start) => {
      if (!told) return 0;
      const bytes = Number((told['Statistics'] as JsonObject)['DataScannedInBytes']);
      const state = (told['Status'] as JsonObject)['State'];
      const reused = (told['ResultReuseConfiguration'] as JsonObject)[
        'ResultReuseByAgeConfiguration'
      ] as JsonObject;
      const type = told['StatementType'] === 'DML' || told['SubstatementType'] === 'CREATE_TABLE_AS_SELECT';
      return state === 'FAILED' || reused['Enabled'] === true || !type ? 0 : Math.max(bytes, 10 * 1024 ** 2);
    };
    const accepted = starts(30).filter(({ error }) => error === null);
    for (const [user, queries] of tally(accepted.map((it) => it.user))) {
      const own = accepted.filter((it) => it.user === user);
      const told = own.filter((it) => it.told);
      const cost = own.reduce((sum, it) => sum + charged(it), 0) * (5 / 1024 ** 4);
      const scanned = told.reduce((sum, it) => sum + (it.query?.scannedBytes ?? 0), 0);
      const row = rows.find((it) => it['user_name'] === user);
      expect(row, user).toMatchObject({
        queries,
        scanned_bytes: told.length === 0 ? null : scanned,
        queries_without_statistics: queries - told.length,
      });
      if (told.length > 0) expect(row?.['cost_usd'], user).toBeCloseTo(cost, 5);
    }
    expect(rows).toHaveLength(tally(accepted.map((it) => it.user)).size);
    // 50 GB of a cross join that was cancelled: 0.25 USD.
    expect(rows[0]?.['user_name']).toBe('mary.major@example.com');
    const dearer = await ask('cost', { price: '10.5', top: '1' });
    expect(dearer).toHaveLength(1);
    expect(dearer[0]?.['cost_usd']).toBeCloseTo(Number(rows[0]?.['cost_usd']) * 2.1, 3);
  });

  test('failed: the contractor was refused three times, others made mistakes', async () => {
    const rows = await ask('failed');
    const shown = rows.map((row) => [row['user_name'], row['outcome'], row['reason'], row['times']]);
    const lakeFormation = 'Insufficient Lake Formation permission(s): Required Select on persons';
    const syntax = "line 1:1: mismatched input 'SELEC'. Expecting: 'SELECT', 'SHOW', <query>";
    expect(new Set(shown.map((row) => row.join('|')))).toEqual(
      new Set([
        'diego.ramirez|access denied|AccessDenied|2',
        `diego.ramirez|access denied|${lakeFormation}|1`,
        'mary.major@example.com|failed|InvalidRequestException|1',
        `mary.major@example.com|failed|${syntax}|1`,
        'zoë.müller@example.com|failed|InvalidRequestException|1',
      ]),
    );
    expect(shown).toHaveLength(5);
  });

  test('addresses: each query with its user, its address, and on which side of the networks that is', async () => {
    const networks = '10.0.0.0/8,2001:db8::/32';
    const rows = await ask('addresses', { networks });
    const side = (ip: string) => (/^10\.|^2001:db8:/.test(ip) ? 'inside' : 'outside');
    const expected = tally(starts(30).map(({ user, ip }) => `${side(ip)} ${user} ${ip}`));
    const shown = rows.map((row) => [
      `${row['place']} ${row['user_name']} ${row['source_ip']}`,
      row['queries'],
    ]);
    expect(new Map(shown as [string, number][])).toEqual(expected);
    expect(rows.map((row) => row['place'])).toEqual(
      rows
        .map((row) => row['place'])
        .sort()
        .reverse(),
    );
    const diego = rows.find((row) => row['user_name'] === 'diego.ramirez');
    expect(diego).toMatchObject({ place: 'outside', queries: 4, failed_queries: 3 });
  });

  test('days: the queries, users and bytes of each day, and no day without an event', async () => {
    const rows = await ask('days');
    const day = ({ at }: Start) => new Date(at).toISOString().slice(0, 10);
    expect(new Map(rows.map((row) => [row['day_utc'], row['queries']]))).toEqual(tally(starts(30).map(day)));
    for (const row of rows) {
      const own = starts(30).filter((start) => day(start) === row['day_utc']);
      expect(row['users']).toBe(new Set(own.map(({ user }) => user)).size);
      const told = own.filter((it) => it.told);
      const scanned = told.reduce((sum, it) => sum + (it.query?.scannedBytes ?? 0), 0);
      expect(row['scanned_bytes']).toBe(told.length === 0 ? null : scanned);
    }
  });

  test('most-read: tables that are known, and databases of queries whose tables are not', async () => {
    const rows = await ask('most-read');
    const names = rows.map((row) => String(row['table_name']));
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^(\?|awsdatacatalog\.[a-z_]+\.[a-z_?*]+)$/.test(name))).toEqual([]);
    const reading = rows.map((row) => Number(row['reading']));
    expect(reading).toEqual([...reading].sort((a, b) => b - a));
    expect(reading[0]).toBeGreaterThan(0);
  });

  test('read-results: the contractor read the salaries that the head of finance had asked for', async () => {
    const salaries = lake.trail.queries.find(({ sql }) => sql.includes('salary DESC'));
    expect(
      only(
        await ask('read-results'),
        'reader',
        'asked_by',
        'source_ip',
        'query_text',
        'calls',
        'query_execution_id',
      ),
    ).toEqual([
      ['diego.ramirez', 'martha.rivera@example.com', '198.51.100.77', salaries?.sql, 1, salaries?.id],
    ]);
    // He read it five days ago; the query is of the same day.
    expect(await ask('read-results', {}, { from: '4d' })).toEqual([]);
    expect(await ask('read-results', { before: '0' }, { from: `${TODAY}T00:00` })).toEqual([]);
  });

  test('read-results: the query may be older than the period, by as many days as are named', async () => {
    const from = new Date(MIDNIGHT - 5 * DAY + 17.5 * 3_600_000).toISOString();
    expect(await ask('read-results', {}, { from })).toHaveLength(1);
    expect(await ask('read-results', { before: '0' }, { from })).toHaveLength(0);
  });

  test('changed-queries: five changes, with the names of what was changed', async () => {
    expect(only(await ask('changed-queries'), 'event_name', 'name', 'user_name')).toEqual([
      ['CreatePreparedStatement', 'visits_by_city', 'mary.major@example.com'],
      ['UpdateWorkGroup', 'etl', 'wang.xiulan'],
      ['UpdateNamedQuery', 'Umsatz je Stadt', 'zoë.müller@example.com'],
      ['CreateNamedQuery', 'Umsatz je Stadt', 'zoë.müller@example.com'],
      ['CreateWorkGroup', 'clinical', 'martha.rivera@example.com'],
    ]);
  });

  test.each([
    [1, 1],
    [1, 9],
    [3, 2],
  ])('new-activity of %i days, compared with the %i before', async (days, before) => {
    // Other events name the query too, and tell nothing of its tables.
    const sql = `SELECT query_execution_id, referenced_tables FROM athena_audit_logs
WHERE event_name = 'StartQueryExecution'`;
    const scanned = new Map(
      (await rowsOfSql(lake.engine, sql)).map((row) => [row['query_execution_id'], row['referenced_tables']]),
    );
    const begin = MIDNIGHT - days * DAY;
    const touches = starts(days + before).flatMap(({ at, user, ip, query }) => {
      const place = query ? `awsdatacatalog.${query.database}.?` : '?';
      const tables = String(scanned.get(query?.id ?? '') ?? place).split(',');
      return tables.map((table) => ({ at, key: [user, table, ip].join(' ') }));
    });
    const known = new Set(touches.filter(({ at }) => at < begin).map(({ key }) => key));
    const fresh = tally(touches.map(({ key }) => key).filter((key) => !known.has(key)));
    const rows = await ask('new-activity', { before: String(before) }, { from: `${days}d` });
    const found = rows.map((row) => [
      [row['user_name'], row['table_name'], row['source_ip']].join(' '),
      row['queries'],
    ]);
    expect(found.length).toBeGreaterThan(0);
    expect(new Map(found as [string, number][])).toEqual(fresh);
  });

  test('missing-texts: every query without a text, by its reason', async () => {
    const rows = await ask('missing-texts', {}, { from: '2020-01-01' });
    const counts = new Map<unknown, number>();
    for (const row of rows)
      counts.set(
        row['query_text_status'],
        (counts.get(row['query_text_status']) ?? 0) + Number(row['queries']),
      );
    const { resolved: _, in_event: __, ...missing } = lake.trail.facts.queryText;
    expect(Object.fromEntries(counts)).toEqual(
      Object.fromEntries(Object.entries(missing).filter(([, n]) => n > 0)),
    );
    expect(rows.filter((row) => row['why'] === 'no reason is known')).toEqual([]);
  });

  test('hours: each query in the row of its hour and the column of its weekday', async () => {
    const rows = await ask('hours');
    const names = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
    const cells = tally(
      starts(28).map(({ at }) => `${new Date(at).getUTCHours()} ${names[new Date(at).getUTCDay()]}`),
    );
    expect(rows.map((row) => row['hour_utc'])).toEqual(Array.from({ length: 24 }, (_, hour) => hour));
    const shown = rows.flatMap((row) =>
      names.map((name) => [`${row['hour_utc']} ${name}`, row[name]] as const),
    );
    expect(new Map(shown.filter(([, n]) => n !== null))).toEqual(cells);
    expect(rows.reduce((sum, row) => sum + Number(row['queries']), 0)).toBe(starts(28).length);
    const john = await ask('hours', { user: 'john.doe' });
    const nights = john.filter((row) => Number(row['hour_utc']) < 4);
    expect(nights.reduce((sum, row) => sum + Number(row['queries']), 0)).toBe(7);
  });

  /** Records of the trail that a question over all services looks at. */
  const since = (days: number) => records.filter((record) => time(record) >= MIDNIGHT - days * DAY);

  test.each(['Contractor', 'EtlRole', 'arn:aws:iam::444455556666:role/data/EtlRole'])(
    'role-activity: what %s did in a month, in every service',
    async (role) => {
      const own = since(30).filter((record) => {
        const { role_name, role_arn } = identityCells(record);
        return role_name === role || role_arn === role;
      });
      const key = (it: JsonObject) =>
        [it['recipientAccountId'], it['awsRegion'], it['eventSource'], it['eventName']].join(' ');
      const rows = await ask('role-activity', { role });
      const found = rows.map((row) => {
        const { account_id, aws_region, event_source, event_name } = row;
        return [[account_id, aws_region, event_source, event_name].join(' '), row['calls']] as const;
      });
      expect(new Set(own.map((it) => it['eventSource'])).size).toBeGreaterThan(2);
      expect(new Map(found)).toEqual(tally(own.map(key)));
      const errors = rows.reduce((sum, row) => sum + Number(row['errors']), 0);
      expect(errors).toBe(own.filter((it) => it['errorCode'] !== undefined).length);
    },
  );

  test.each([1, 9])('access-denied: every refusal of %i days, of every service, once', async (days) => {
    const refused = since(days).filter((it) => it['errorCode'] === 'AccessDenied');
    const rows = await ask('access-denied', {}, { from: `${days}d` });
    expect(refused.length).toBeGreaterThan(2);
    expect(rows.map((row) => String(row['event_id'])).sort()).toEqual(
      refused.map((it) => String(it['eventID'])).sort(),
    );
    const athena = rows.filter((row) => row['event_source'] === 'athena.amazonaws.com');
    expect(only(athena, 'user_name', 'event_name')).toEqual(
      Array(2).fill(['diego.ramirez', 'StartQueryExecution']),
    );
  });

  test.each(['john.doe', 'DIEGO', 'GridReader', 'zoë', 'EtlRole', 'müller@'])(
    'person: all by or about %s',
    async (person) => {
      const rows = await ask('person', { person });
      const has = (text: unknown) =>
        typeof text === 'string' && text.toLowerCase().includes(person.toLowerCase());
      const expected = since(30).flatMap((record) => {
        const { user_name, user_arn, session_name, source_identity } = identityCells(record);
        const by = [user_name, user_arn, session_name, source_identity].some(has);
        const about = ['requestParameters', 'responseElements'].some((name) =>
          has(JSON.stringify(record[name] ?? '')),
        );
        if (!by && !about) return [];
        return [`${record['eventID']} ${by && about ? 'by and about' : by ? 'by' : 'about'}`];
      });
      expect(expected.length).toBeGreaterThan(0);
      expect(rows.map((row) => `${row['event_id']} ${row['how']}`).sort()).toEqual(expected.sort());
    },
  );

  test.each(['i-0', 'CLINICAL', 'nightly-load', 'Straße'])(
    'resource: who changed %s, and under which key',
    async (resource) => {
      const has = (part: unknown) =>
        JSON.stringify(part ?? '')
          .toLowerCase()
          .includes(resource.toLowerCase());
      const changes = since(30).filter(
        (it) => it['readOnly'] !== true && (has(it['requestParameters']) || has(it['responseElements'])),
      );
      const rows = await ask('resource', { resource });
      const key = (it: JsonObject) => (it['userIdentity'] as JsonObject | undefined)?.['accessKeyId'] ?? null;
      expect(changes.length).toBeGreaterThan(0);
      expect(rows.map((row) => `${row['event_id']} ${row['access_key_id']}`).sort()).toEqual(
        changes.map((it) => `${it['eventID']} ${key(it)}`).sort(),
      );
    },
  );

  test.each([
    [1, 1],
    [2, 5],
  ])(
    'new-calls of %i days, compared with the %i before, in every account and Region',
    async (days, before) => {
      const begin = MIDNIGHT - days * DAY;
      const calls = since(days + before).map((it) => ({
        at: time(it),
        user: userOf(it),
        key: [it['recipientAccountId'], it['awsRegion'], it['eventSource'], it['eventName']].join(' '),
      }));
      const known = new Set(calls.filter(({ at }) => at < begin).map(({ key }) => key));
      const fresh = calls.filter(({ key }) => !known.has(key));
      const rows = await ask('new-calls', { before: String(before) }, { from: `${days}d` });
      const found = rows.map((row) => {
        const { account_id, aws_region, event_source, event_name } = row;
        return [[account_id, aws_region, event_source, event_name].join(' '), row['calls']] as const;
      });
      expect(found.length).toBeGreaterThan(0);
      expect(new Map(found)).toEqual(tally(fresh.map(({ key }) => key)));
      for (const row of rows) expect(fresh.map(({ user }) => user)).toContain(String(row['one_user']));
    },
  );

  test('show on a terminal columns that they have', async () => {
    const period = { from: '2026-01-01' };
    for (const { name, table, parameters } of QUESTIONS) {
      const examples = parameters.flatMap((it) => (it.kind === 'argument' ? [[it.name, it.example]] : []));
      const [row = {}] = await ask(name, Object.fromEntries(examples), period);
      expect(Object.keys(row).length, name).toBeGreaterThan(4);
      expect(
        table.filter((column) => !(column in row)),
        name,
      ).toEqual([]);
    }
  });

  test('are all tried here', () => {
    const tried = [
      ...[
        'access-denied',
        'addresses',
        'by-user',
        'changed-queries',
        'cost',
        'days',
        'failed',
        'hours',
        'missing-texts',
        'most-read',
        'new-activity',
        'new-calls',
      ],
      ...['outside-networks', 'person', 'queries', 'read-results', 'resource', 'role-activity', 'table'],
    ];
    expect(QUESTIONS.map(({ name }) => name)).toEqual(tried);
  });
});
