import type { ActivityLog, KeyUse, Search, TracedEvent } from '../ports/activity-log.js';
import { type Chains, chainsOf, eachKeyOnce, pathText } from '../trace/chains.js';
import type { Grant } from '../trace/grant.js';
import { LONGEST_LIFE, lifeOf, type Span, spanOf, usedWithin } from '../trace/key-window.js';
import type { Subject } from '../trace/subject.js';
import { isTemporary } from '../trace/subject-of.js';
import type { TraceRow, Unseen } from '../trace/trace-row.js';

/** Longer than chains of roles are, and more than anybody reads: a trace that meets one ends early and says so. */
export const MOST_DEPTH = 16;
export const MOST_KEYS = 10_000;

export type Trace = {
  readonly chains: Chains;
  /** Why there may be more than is shown. */
  readonly endedAt?: 'depth' | 'keys';
  /** The timeline, oldest first. Read once. */
  readonly rows: AsyncIterable<readonly TraceRow[]>;
  /** Known when the timeline was read. */
  readonly unseen: () => readonly Unseen[];
};

type Found = { readonly grants: readonly Grant[]; readonly endedAt?: 'depth' | 'keys' };

/**
 * From a person, a role or a key to every key that came from there, and to everything that was done with them: the subject
 * is searched, then the keys that it was given, then the keys that were asked for under these, until nothing is new. Then
 * back: who asked for the first of them.
 * @throws AuditLakeError what the log throws
 */
export async function traceActivity(
  { subject, period }: { readonly subject: Subject; readonly period: Span },
  log: ActivityLog,
): Promise<Trace> {
  let isCut = false;
  const search: ActivityLog['search'] = async (wanted) => {
    const found = await log.search(wanted);
    isCut ||= found.length > MOST_KEYS;
    return found;
  };
  const world = { period, search };
  const found = await followed(await search(firstSearch(subject, period)), world);
  const forth = { ...found, grants: leadingInto(period, found.grants) };
  const back = await origins(subject, forth, world);
  const chains = chainsOf([...forth.grants, ...back.grants]);
  const endedAt = forth.endedAt ?? back.endedAt ?? (isCut ? 'keys' : undefined);
  const unseen = new Map<string, Unseen>();
  const rows = rowsOf({ chains, period, unseen }, log);
  return { chains, ...(endedAt && { endedAt }), rows, unseen: () => [...unseen.values()] };
}

type World = { readonly period: Span; readonly search: ActivityLog['search'] };

/** Whatever is used in a period may have been asked for before it, as long as keys live, and so may what led to it. */
const reachOf = ({ from, to }: Span): Span => ({ from: from - LONGEST_LIFE, to });

/** What is searched first. */
export function firstSearch(subject: Subject, period: Span): Search {
  const reach = reachOf(period);
  if (subject.kind === 'key') return { kind: 'keys', keys: [{ key: subject.id, account: null, ...reach }] };
  return { kind: 'subject', subject, ...reach };
}

/** The grants of keys that may be used in the period, and those that led to them, however early they ended. */
function leadingInto(period: Span, grants: readonly Grant[]): readonly Grant[] {
  const byKey = new Map<string, Grant[]>();
  for (const grant of grants) byKey.set(grant.key, [...(byKey.get(grant.key) ?? []), grant]);
  const kept = new Set<Grant>();
  const todo = grants.filter((grant) => usedWithin(grant, period));
  for (let grant = todo.pop(); grant !== undefined; grant = todo.pop()) {
    if (kept.has(grant)) continue;
    kept.add(grant);
    todo.push(...(byKey.get(grant.byKey ?? '') ?? []));
  }
  return grants.filter((grant) => kept.has(grant));
}

const useOf = (grant: Grant, reach: Span): readonly KeyUse[] => {
  const span = usedWithin(grant, reach);
  // A role acts in its own account, and so does everybody else in the one that was asked; a root that was assumed in none
  // that its grant tells of.
  if (span !== undefined && grant.how === 'AssumeRoot') return [{ key: grant.key, account: null, ...span }];
  const account = /^arn:[^:]+:iam::(\d{12}):/.exec(grant.roleArn ?? '')?.[1] ?? grant.account;
  return span === undefined ? [] : [{ key: grant.key, account, ...span }];
};

/** The keys of grants, and the grants of these keys, as long as there are new ones. */
async function followed(first: readonly Grant[], { period, search }: World): Promise<Found> {
  const reach = reachOf(period);
  const known = new Set<string>();
  const grants: Grant[] = [];
  let found = first;
  for (let depth = 0; found.length > 0; depth++) {
    grants.push(...found);
    const fresh = eachKeyOnce(found).filter(({ key }) => !known.has(key));
    if (fresh.length === 0) break;
    if (depth === MOST_DEPTH) return { grants, endedAt: 'depth' };
    const room = fresh.slice(0, MOST_KEYS - known.size);
    for (const { key } of room) known.add(key);
    const keys = room.flatMap((grant) => useOf(grant, reach));
    found = keys.length === 0 ? [] : await search({ kind: 'keys', keys });
    if (room.length < fresh.length) return { grants: [...grants, ...found], endedAt: 'keys' };
  }
  return { grants };
}

/** Who asked for the keys, back to where nobody saw it, or to somebody who has a key for good or signs in. */
async function origins(subject: Subject, { grants }: Found, { period, search }: World): Promise<Found> {
  const known = new Set(grants.map(({ key }) => key));
  const back: Grant[] = [];
  let keys = subject.kind === 'key' ? [subject.id] : keysBehind(grants);
  let span = subject.kind === 'key' ? period : spanOf(grants.map(lifeOf));
  for (let depth = 0; depth <= MOST_DEPTH; depth++) {
    const unknown = keys.filter((key) => isTemporary(key) && !known.has(key));
    if (unknown.length === 0) return { grants: back };
    if (unknown.length + known.size > 2 * MOST_KEYS) return { grants: back, endedAt: 'keys' };
    for (const key of unknown) known.add(key);
    span = { from: span.from - LONGEST_LIFE, to: span.to };
    const found = await search({ kind: 'origins', keys: unknown, ...span });
    back.push(...found);
    keys = keysBehind(found);
  }
  return { grants: back, endedAt: 'depth' };
}

const keysBehind = (grants: readonly Grant[]) => [...new Set(grants.flatMap(({ byKey }) => byKey ?? []))];

type Telling = { readonly chains: Chains; readonly period: Span; readonly unseen: Map<string, Unseen> };

/** What the log tells, in the period; before it, only how the sessions began. */
async function* rowsOf(
  { chains, period, unseen }: Telling,
  log: ActivityLog,
): AsyncGenerator<readonly TraceRow[]> {
  const beginnings = new Set(chains.tree().map(({ grant }) => grant.eventId));
  const viaOf = viaIn(chains);
  const isShown = ({ at, eventId }: TracedEvent) =>
    (at >= period.from && at < period.to) || (eventId !== null && beginnings.has(eventId));
  for await (const events of log.timeline()) {
    const shown = events.filter(isShown);
    for (const event of shown) note(event, chains, unseen);
    if (shown.length > 0) yield shown.map((event) => ({ ...event, via: viaOf(event) }));
  }
}

function note({ key, userName, userArn }: TracedEvent, chains: Chains, unseen: Map<string, Unseen>): void {
  if (key === null || !isTemporary(key) || chains.grantOf(key) || unseen.has(key)) return;
  if (unseen.size < MOST_KEYS) unseen.set(key, { key, userName, userArn });
}

/** Each path is written once: a session has many events. */
function viaIn(chains: Chains): (event: TracedEvent) => string {
  const texts = new Map<string, string>();
  return (event) => {
    const { key } = event;
    if (key === null || chains.grantOf(key) === undefined) return withoutGrant(event);
    const text = texts.get(key) ?? pathText(chains.pathTo(key));
    texts.set(key, text);
    return text;
  };
}

/** A long-lived key, a service, or a session of which nobody saw how it began. */
function withoutGrant({ key, userName, userArn }: TracedEvent): string {
  const [, role, session] = /:assumed-role\/([^/]+)\/([^/]+)$/.exec(userArn ?? '') ?? [];
  if (key !== null && isTemporary(key) && role !== undefined) return `? > ${role} (${session})`;
  return userName ?? userArn ?? '?';
}
