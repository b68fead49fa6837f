import { type AsOf, momentOf, type PlaceDay, placeDays } from './calendar.js';
import { type Actor, PEOPLE } from './people.js';
import { ACCOUNTS } from './places.js';
import type { Query } from './queries.js';
import type { Random } from './random.js';

/** One kind of daily work: who does it, at which hours, and what the SQL looks like. */
type Habit = {
  readonly by: Actor;
  readonly hours: readonly [from: number, to: number];
  readonly workGroup: string;
  readonly database: string;
  readonly sql: readonly [string, ...string[]];
  /** Scanned at most, in megabytes: work is nightly or daily, not alike. */
  readonly megabytes: number;
};
type Habits = readonly [Habit, ...Habit[]];

const ANALYSTS: Habits = [
  {
    by: PEOPLE.john,
    hours: [8, 17],
    workGroup: 'clinical',
    database: 'patients',
    sql: [
      "SELECT ward, count(*) AS visits FROM patients.visits WHERE visit_date >= current_date - interval '1' day GROUP BY ward",
      "SELECT avg(length_of_stay) FROM patients.visits WHERE ward = 'cardiology'",
    ],
    megabytes: 400,
  },
  {
    by: PEOPLE.zoe,
    hours: [8, 16],
    workGroup: 'primary',
    database: 'sales',
    sql: [
      'SELECT city, sum(amount) AS turnover FROM sales.orders GROUP BY city ORDER BY turnover DESC LIMIT 20',
      "SELECT o.order_id, c.name FROM sales.orders o JOIN sales.customers c USING (customer_id) WHERE o.state = 'late'",
    ],
    megabytes: 900,
  },
  {
    by: PEOPLE.mary,
    hours: [9, 18],
    workGroup: 'primary',
    database: 'sales',
    sql: [
      "SELECT date_trunc('week', ordered_at) AS week, count(*) FROM sales.orders GROUP BY 1 ORDER BY 1",
      'SHOW TABLES IN sales',
    ],
    megabytes: 700,
  },
  {
    by: PEOPLE.martha,
    hours: [7, 15],
    workGroup: 'finance',
    database: 'finance',
    sql: [
      'SELECT account, sum(debit) - sum(credit) AS balance FROM finance.ledger GROUP BY account',
      'SELECT * FROM finance.invoices WHERE due_date < current_date AND paid_at IS NULL',
    ],
    megabytes: 250,
  },
  {
    by: PEOPLE.quickSight,
    hours: [5, 6],
    workGroup: 'primary',
    database: 'sales',
    sql: [
      'SELECT "region", SUM("amount") AS "amount" FROM "AwsDataCatalog"."sales"."orders" GROUP BY "region"',
    ],
    megabytes: 1200,
  },
];

const LOADS: Habits = [
  {
    by: PEOPLE.etl,
    hours: [1, 4],
    workGroup: 'etl',
    database: 'warehouse',
    sql: [
      "INSERT INTO warehouse.orders SELECT * FROM staging.orders WHERE batch = date_format(current_date, '%Y%m%d')",
      'CREATE TABLE warehouse.tmp_visits AS SELECT patient_id, ward FROM staging.visits',
      "ALTER TABLE staging.orders ADD IF NOT EXISTS PARTITION (batch = 'today')",
      'DROP TABLE IF EXISTS warehouse.tmp_visits',
    ],
    megabytes: 2500,
  },
];

const AUDITS: Habits = [
  {
    by: PEOPLE.saanvi,
    hours: [9, 16],
    workGroup: 'security',
    database: 'audit',
    sql: [
      "SELECT eventname, count(*) FROM audit.cloudtrail_logs WHERE errorcode = 'AccessDenied' GROUP BY 1",
    ],
    megabytes: 5000,
  },
];

const WORK: { readonly [account: string]: { readonly habits: Habits; readonly perDay: number } } = {
  [ACCOUNTS.analytics]: { habits: ANALYSTS, perDay: 5 },
  [ACCOUNTS.platform]: { habits: LOADS, perDay: 3 },
  [ACCOUNTS.security]: { habits: AUDITS, perDay: 2 },
};

/** The queries of ordinary days: every habit in turn, at some minute of its hours. */
export function routineQueries(asOf: AsOf, random: Random): readonly Query[] {
  return placeDays(asOf).flatMap((day) => dayOf(day, random));
}

function dayOf({ asOf, daysAgo, place }: PlaceDay, random: Random): readonly Query[] {
  const work = WORK[place.account];
  if (!work) return [];
  return Array.from({ length: work.perDay }, (_, turn) => {
    const habit = work.habits[turn % work.habits.length] ?? work.habits[0];
    const [from, to] = habit.hours;
    const id = random.uuid();
    const at = momentOf(asOf, daysAgo, random.between(from * 3600, to * 3600 - 1));
    const sql = random.pick(habit.sql);
    const megabytes = random.between(1, habit.megabytes);
    return {
      ...{ id, by: habit.by, at, place, workGroup: habit.workGroup, database: habit.database, sql },
      // A statement that defines or shows something reads no data.
      scannedBytes: /^(ALTER|DROP|SHOW) /.test(sql) ? 0 : megabytes * 1_048_576,
      engineMs: random.between(400, 20_000),
    };
  });
}
