import type { Cells } from '../../../src/datasets/column.js';

/** The oracle of a trace: a plain search of a graph over rows in memory. It shares no code with what it judges. */
export type Period = { readonly from: number; readonly to: number };

const HOUR = 3_600_000;
const LONGEST = 36 * HOUR;
const GRACE = 5 * 60_000;

type Given = {
  readonly row: Cells;
  readonly key: string;
  readonly at: number;
  readonly end: number;
  readonly arn: string;
};

const text = (row: Cells, name: string) => String(row[name] ?? '');
const at = (row: Cells) => Number(row['event_time']);

/** What the world says was given out, without any parsing of times: the worlds are made with ends known. */
function givenIn(rows: readonly Cells[], ends: ReadonlyMap<string, number>): readonly Given[] {
  return rows.flatMap((row) => {
    const match = /"accessKeyId":"(\w+)"/.exec(text(row, 'response_elements'));
    const isTold = ['sts.amazonaws.com', 'signin.amazonaws.com'].includes(text(row, 'event_source'));
    if (!isTold || !match || row['error_code'] != null) return [];
    const key = match[1] ?? '';
    if (key === row['access_key_id']) return [];
    const arn = /"assumedRoleUser":\{"arn":"([^"]*)"/.exec(text(row, 'response_elements'))?.[1] ?? '';
    return [{ row, key, at: at(row), end: ends.get(key) ?? at(row) + LONGEST, arn }];
  });
}

function isBy(row: Cells, who: string): boolean {
  if (/^A[KS]IA/.test(who)) return text(row, 'access_key_id') === who;
  const role = /^arn:aws:iam::(\d+):role\/path\/(.*)$/.exec(who);
  if (role)
    return (
      text(row, 'role_arn') === who ||
      text(row, 'user_arn').startsWith(`arn:aws:sts::${role[1]}:assumed-role/${role[2]}/`)
    );
  if (who.startsWith('arn:')) return text(row, 'user_arn') === who;
  const names = ['user_name', 'session_name', 'role_name', 'source_identity', 'identity_center_user_id'];
  return names.some((name) => text(row, name).toLowerCase() === who.toLowerCase());
}

function isTo({ arn, key }: Given, who: string): boolean {
  if (/^A[KS]IA/.test(who)) return key === who;
  const role = /^arn:aws:iam::(\d+):role\/path\/(.*)$/.exec(who);
  if (role) return arn.startsWith(`arn:aws:sts::${role[1]}:assumed-role/${role[2]}/`);
  if (who.startsWith('arn:')) return arn === who;
  const [, name = '', session = ''] = arn.split('/');
  return [name, session].some((it) => it.toLowerCase() === who.toLowerCase());
}

/** The ids of all events of a trace. */
export function plainSearch(
  rows: readonly Cells[],
  ends: ReadonlyMap<string, number>,
  { who, period }: { readonly who: string; readonly period: Period },
): readonly string[] {
  const given = givenIn(rows, ends);
  const isKey = /^A[KS]IA/.test(who);
  const early = { from: period.from - LONGEST, to: period.to };
  const inside = (when: number, span: Period) => when >= span.from && when < span.to;
  const lifeOf = (it: Given): Period => ({ from: it.at - GRACE, to: it.end + GRACE });
  const meets = (it: Given) => lifeOf(it).from < period.to && period.from < lifeOf(it).to;
  const keysOf = new Set(
    rows.filter((row) => isBy(row, who) && inside(at(row), early)).map((row) => text(row, 'access_key_id')),
  );
  const all = new Set(
    given.filter(
      (it) =>
        inside(it.at, early) && (isBy(it.row, who) || (!isKey && (isTo(it, who) || keysOf.has(it.key)))),
    ),
  );
  for (let before = -1; before !== all.size; ) {
    before = all.size;
    for (const it of [...all])
      for (const other of given)
        if (
          text(other.row, 'access_key_id') === it.key &&
          inside(other.at, lifeOf(it)) &&
          inside(other.at, early)
        )
          all.add(other);
  }
  // What ended before the period matters where something came from it that did not.
  const found = new Set([...all].filter(meets));
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    const asking = new Set([...found].map(({ row }) => text(row, 'access_key_id')));
    for (const it of all) if (asking.has(it.key)) found.add(it);
  }
  const uses = [...found];
  const back = new Set<Given>(isKey ? given.filter((it) => it.key === who && inside(it.at, early)) : []);
  for (let before = -1; before !== back.size; ) {
    before = back.size;
    const known = new Set([...found, ...back].map(({ row }) => text(row, 'access_key_id')));
    // A key whose beginning was found is not asked for again, also where another account tells of it.
    for (const it of given)
      if (known.has(it.key) && ![...found].some(({ key }) => key === it.key)) back.add(it);
  }
  const chained = new Set([...found, ...back].map(({ row }) => text(row, 'event_id')));
  return rows
    .filter((row) => {
      const id = text(row, 'event_id');
      if (!inside(at(row), period)) return chained.has(id) && isTold(row, { given, chained });
      if (chained.has(id) || isBy(row, who)) return true;
      return uses.some((it) => it.key === text(row, 'access_key_id') && inside(at(row), lifeOf(it)));
    })
    .map((row) => text(row, 'event_id'))
    .sort();
}

type Told = { readonly given: readonly Given[]; readonly chained: ReadonlySet<string> };

/** Of what happened before the period, the one event that tells most of how a key was given out. */
function isTold(row: Cells, { given, chained }: Told): boolean {
  const key = given.find((it) => it.row === row)?.key;
  const same = given.filter((it) => it.key === key && chained.has(text(it.row, 'event_id')));
  const withKey = same.filter((it) => it.row['access_key_id'] != null);
  return (withKey[0] ?? same[0])?.row === row;
}
