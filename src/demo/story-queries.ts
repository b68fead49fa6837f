import { ARCHIVED_MOMENT, type AsOf, momentOf, type When } from './calendar.js';
import { type Actor, PEOPLE } from './people.js';
import { ACCOUNTS, type Place } from './places.js';
import type { Query } from './queries.js';
import type { Random } from './random.js';

/** Where the stories happen; see {@link storyQueries}. */
const HOME: Place = { account: ACCOUNTS.analytics, region: 'eu-west-1' };
const NIGHTLY: Place = { account: ACCOUNTS.platform, region: 'eu-west-1' };

type Line = Partial<Query> & {
  readonly by: Actor;
  readonly day: number;
  readonly time: `${number}:${number}`;
  readonly sql: string;
};

/** At night, from outside the corporate network, with the access key of john.doe: the find of the demo. */
const NIGHTS: readonly Line[] = [
  night([6, '02:14'], "SELECT * FROM patients.visits WHERE diagnosis LIKE 'F%'", 8_412_004_352),
  night([6, '02:31'], 'SELECT name, birth_date, address FROM patients.persons', 2_147_483_648),
  night([4, '01:47'], 'SELECT * FROM patients.persons WHERE vip', 2_147_483_648),
  night([4, '01:58'], 'SELECT count(*) FROM patients.visits', 61_865_984),
  night([2, '03:05'], 'SHOW TABLES IN patients', 0),
  night(
    [2, '03:09'],
    'SELECT v.*, p.name FROM patients.visits v JOIN patients.persons p USING (patient_id)',
    10_559_488_000,
  ),
  {
    ...night([2, '03:22'], '', 10_559_488_000),
    sql: "UNLOAD (SELECT * FROM patients.visits) TO 's3://amzn-s3-demo-destination-bucket/export/' WITH (format = 'PARQUET')",
  },
];

/** One line for each way in which a query can go, and for each thing that can be said about its text. */
const SINGLE: readonly Line[] = [
  {
    by: PEOPLE.martha,
    readBy: PEOPLE.diego,
    day: 5,
    time: '10:40',
    workGroup: 'finance',
    database: 'finance',
    sql: 'SELECT employee, salary FROM finance.salaries ORDER BY salary DESC',
    scannedBytes: 41_943_040,
  },
  {
    by: PEOPLE.marthaAtHome,
    day: 5,
    time: '21:30',
    workGroup: 'finance',
    database: 'finance',
    sql: 'SELECT * FROM finance.ledger WHERE debit > 100000',
    scannedBytes: 125_829_120,
  },
  {
    by: PEOPLE.mary,
    day: 3,
    time: '14:05',
    sql: 'SELECT * FROM sales.orders a CROSS JOIN sales.orders b',
    ending: 'cancelled',
    scannedBytes: 53_687_091_200,
    engineMs: 318_000,
  },
  {
    by: PEOPLE.mary,
    day: 3,
    time: '14:20',
    sql: 'SELEC city FROM sales.orders',
    ending: 'failed',
    scannedBytes: 0,
    engineMs: 210,
  },
  {
    by: PEOPLE.diego,
    day: 3,
    time: '21:12',
    database: 'patients',
    sql: 'SELECT * FROM patients.persons LIMIT 10',
    ending: 'denied',
    scannedBytes: 0,
    engineMs: 330,
  },
  {
    by: PEOPLE.zoe,
    day: 2,
    time: '11:11',
    sql: "SELECT order_id, note FROM sales.orders WHERE city = 'Łódź' AND note LIKE '%🎉%' -- für Zoë",
    scannedBytes: 734_003_200,
  },
  {
    by: PEOPLE.zoe,
    day: 2,
    time: '11:15',
    sql: "SELECT order_id, note FROM sales.orders WHERE city = 'Łódź' AND note LIKE '%🎉%' -- für Zoë",
    ending: 'reused',
    scannedBytes: 0,
    engineMs: 40,
  },
  {
    by: PEOPLE.mary,
    day: 1,
    time: '10:02',
    workGroup: 'clinical',
    database: 'patients',
    sql: 'EXECUTE visits_by_city',
    parameters: ["'2026-01-01'", "'Łódź'"],
    scannedBytes: 209_715_200,
  },
  {
    by: PEOPLE.nikki,
    day: 3,
    time: '13:30',
    database: 'training',
    sql: 'SELECT 1',
    scannedBytes: 0,
    engineMs: 120,
  },
  {
    by: PEOPLE.diego,
    day: 4,
    time: '19:40',
    database: 'sales',
    sql: 'SELECT * FROM sales.customers LIMIT 1000',
    scannedBytes: 96_468_992,
  },
  {
    by: PEOPLE.john,
    day: 7,
    time: '10:10',
    workGroup: 'clinical',
    database: 'patients',
    sql: "SELECT ward FROM patients.visits WHERE patient_id = '4711'",
    history: 'not_found',
    scannedBytes: 0,
  },
  {
    by: PEOPLE.mary,
    day: 0,
    time: '11:02',
    sql: 'SELECT count(*) FROM sales.returns',
    history: 'absent',
    scannedBytes: 0,
  },
  {
    by: PEOPLE.zoe,
    day: 0,
    time: '11:20',
    sql: 'SELECT max(ordered_at) FROM sales.orders',
    history: 'absent',
    scannedBytes: 0,
  },
  {
    by: PEOPLE.etl,
    place: NIGHTLY,
    day: 0,
    time: '22:00',
    workGroup: 'etl',
    database: 'warehouse',
    sql: 'INSERT INTO warehouse.visits SELECT * FROM staging.visits',
    ending: 'running',
    scannedBytes: 0,
    engineMs: 0,
  },
  {
    by: PEOPLE.mary,
    day: 57,
    time: '15:45',
    workGroup: 'clinical',
    database: 'patients',
    sql: 'SELECT * FROM patients.visits',
    scannedBytes: 8_412_004_352,
  },
];

/** From before July 2023; its moment is fixed. */
const ARCHIVED: Line = {
  by: PEOPLE.john,
  day: 0,
  time: '00:00',
  database: 'patients',
  sql: 'SELECT count(*) FROM patients.visits',
};

/**
 * The scripted queries. In order: john.doe's nights; what befell single queries (read by somebody else,
 * cancelled, failed, refused, non-ASCII, reused, prepared, not found, not yet answered, still running, too old);
 * and the one of 2023 whose SQL is in the event.
 */
export function storyQueries(asOf: AsOf, random: Random): readonly Query[] {
  const all = [...NIGHTS, ...SINGLE].map((line) => told(line, momentOf(asOf, line.day, line.time), random));
  return [...all, told(ARCHIVED, ARCHIVED_MOMENT, random)];
}

function told(line: Line, at: number, random: Random): Query {
  const { day: _day, time: _time, ...said } = line;
  return {
    id: random.uuid(),
    at,
    place: HOME,
    workGroup: 'primary',
    database: 'sales',
    scannedBytes: random.between(10, 500) * 1_048_576,
    engineMs: random.between(900, 42_000),
    ...said,
  };
}

function night([day, time]: When, sql: string, scannedBytes: number): Line {
  return { by: PEOPLE.johnAtNight, day, time, sql, scannedBytes, workGroup: 'primary', database: 'patients' };
}
