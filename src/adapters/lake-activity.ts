import type { ActivityLog, KeyUse, Search, TracedEvent } from '../ports/activity-log.js';
import type { Answer, AnswerValue, QueryEngine } from '../ports/query-engine.js';
import type { Grant } from '../trace/grant.js';
import { grantOf } from '../trace/grant-of.js';
import { type Span, spanOf } from '../trace/key-window.js';
import {
  grantsUnderSql,
  KEYS_AT_ONCE,
  type Looked,
  originsSql,
  piecesOf,
  subjectGrantsSql,
  type TimelinePart,
  timelineParts,
} from '../trace/lake-sql.js';

type Cell = (column: string) => string | null;

/**
 * What a lake tells of people and their keys, by whichever engine. Grants are in `cloudtrail_events` alone.
 * @param most grants that one search tells, oldest first
 */
export function lakeActivity(engine: QueryEngine, most: number): ActivityLog {
  const subjects: Extract<Search, { kind: 'subject' }>[] = [];
  const uses = new Map<string, KeyUse>();
  const granted = new Map<string, { readonly eventId: string; readonly at: number }>();

  const grantsOf = async (sql: string): Promise<readonly Grant[]> => {
    const told = new Map<string, Grant>();
    for await (const cell of rowsOf(await engine.query(sql)))
      for (const grant of grantIn(cell)) told.set(idOf(grant) || `#${told.size}`, grant);
    const grants = [...told.values()];
    for (const { eventId, at } of grants) if (eventId !== null) granted.set(eventId, { eventId, at });
    return grants;
  };
  const search = async (wanted: Search): Promise<readonly Grant[]> => {
    switch (wanted.kind) {
      case 'subject':
        subjects.push(wanted);
        return grantsOf(subjectGrantsSql(wanted.subject, wanted, most));
      case 'keys':
        for (const use of wanted.keys) uses.set(use.key, widened(use, uses.get(use.key)));
        return inParts(wanted.keys, (keys) => grantsOf(grantsUnderSql(keys, most)));
      case 'origins':
        return inParts(wanted.keys, (keys) => grantsOf(originsSql(keys, wanted, most)));
    }
  };
  const timeline = async function* () {
    const all = { subjects, uses: [...uses.values()], granted: [...granted.values()] };
    const spans = [...subjects, ...all.uses, ...all.granted.map(({ at }) => ({ from: at, to: at + 1 }))];
    if (spans.length === 0) return;
    yield* eventsOf(engine, { ...all, ...spanOf(spans) });
  };
  return { search, timeline, close: async () => undefined };
}

/** A key is looked for once: from the first to the last time at which anybody asked for it. */
function widened(use: KeyUse, known: KeyUse | undefined): KeyUse {
  const both: Span = known === undefined ? use : spanOf([use, known]);
  return { ...use, ...both };
}

async function inParts<T>(
  items: readonly T[],
  grantsOf: (part: readonly T[]) => Promise<readonly Grant[]>,
): Promise<readonly Grant[]> {
  const found: Grant[] = [];
  for (const piece of piecesOf(items, KEYS_AT_ONCE)) found.push(...(await grantsOf(piece)));
  return found.sort((a, b) => a.at - b.at);
}

async function* eventsOf(engine: QueryEngine, looked: Looked): AsyncGenerator<readonly TracedEvent[]> {
  for (const part of timelineParts(looked)) {
    const [sql = ''] = part;
    yield* part.length === 1 ? streamed(engine, sql) : gathered(engine, part);
  }
}

async function* streamed(engine: QueryEngine, sql: string): AsyncGenerator<readonly TracedEvent[]> {
  const { columns, chunks } = await engine.query(sql);
  const cellsOf = reader(columns);
  let before = '';
  for await (const chunk of chunks) {
    const events: TracedEvent[] = [];
    for (const row of chunk) {
      const event = eventIn(cellsOf(row));
      // Two datasets of a lake may tell one event in two ways: what was asked in it may be hidden in one.
      const id = idOf(event);
      if (id === '' || id !== before) events.push(event);
      before = id;
    }
    if (events.length > 0) yield events;
  }
}

/** Memory holds the events of one hour, and only where it has thousands of keys. */
async function* gathered(engine: QueryEngine, part: TimelinePart): AsyncGenerator<readonly TracedEvent[]> {
  const known = new Set<string>();
  const all: TracedEvent[] = [];
  for (const sql of part)
    for await (const events of streamed(engine, sql))
      for (const event of events) {
        const id = idOf(event);
        if (id === '' || !known.has(id)) all.push(event);
        known.add(id);
      }
  yield all.sort((a, b) => a.at - b.at || (idOf(a) < idOf(b) ? -1 : 1));
}

/** What an event is known by; empty where it has no id (legitimate before eventVersion 1.01). */
const idOf = ({ account, region, eventId }: Pick<TracedEvent, 'account' | 'region' | 'eventId'>): string =>
  eventId === null ? '' : `${account} ${region} ${eventId}`;

function reader(columns: Answer['columns']): (row: readonly AnswerValue[]) => Cell {
  const at = new Map(columns.map(({ name }, place) => [name, place]));
  return (row) => (column) => {
    const value = row[at.get(column) ?? -1] ?? null;
    return value === null ? null : String(value);
  };
}

async function* rowsOf({ columns, chunks }: Answer): AsyncGenerator<Cell> {
  const cellsOf = reader(columns);
  for await (const chunk of chunks) for (const row of chunk) yield cellsOf(row);
}

/** Engines write a UTC time as `2026-01-09 00:05:00.123`. */
const timeOf = (text: string | null) => Date.parse(`${(text ?? '').replace(' ', 'T')}Z`);

function grantIn(cell: Cell): readonly Grant[] {
  const grant = grantOf({
    at: timeOf(cell('event_time')),
    how: cell('event_name') ?? '',
    ...{ request: cell('request_parameters'), response: cell('response_elements') },
    ...{ byKey: cell('access_key_id'), byName: cell('user_name') },
    ...{ account: cell('account_id'), region: cell('aws_region'), eventId: cell('event_id') },
  });
  return grant === undefined ? [] : [grant];
}

const eventIn = (cell: Cell): TracedEvent => ({
  ...{ at: timeOf(cell('event_time')), eventId: cell('event_id') },
  ...{ account: cell('account_id'), region: cell('aws_region') },
  ...{ source: cell('event_source'), name: cell('event_name'), error: cell('error_code') },
  ...{ ip: cell('source_ip'), agent: cell('user_agent') },
  ...{ userName: cell('user_name'), userArn: cell('user_arn'), key: cell('access_key_id') },
  request: cell('request_parameters'),
});
