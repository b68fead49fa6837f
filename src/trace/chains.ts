import type { Grant } from './grant.js';
import { lastOf } from './subject-of.js';
import { dayText, minuteText } from './trace-row.js';

/** A grant in the tree of those that led to it, in the order in which a tree is read. */
export type Branch = { readonly grant: Grant; readonly depth: number };

/** Which key came from which grant, back to the person. */
export type Chains = {
  readonly size: number;
  /** The grant of a key. */
  readonly grantOf: (key: string) => Grant | undefined;
  /** From the first grant that is known to that of the key; none where the key has no grant. */
  readonly pathTo: (key: string) => readonly Grant[];
  /** All grants, each below the one whose key asked for it; oldest first. */
  readonly tree: () => readonly Branch[];
};

/**
 * A grant is told to two accounts where one asks for a role of another: the one that tells the key behind it counts, then
 * the older one.
 */
const order = (grant: Grant) =>
  `${grant.byKey === null ? 1 : 0} ${String(grant.at).padStart(16, '0')} ${grant.eventId}`;

/** Each key once, with the grant that tells most of it; oldest first. */
export function eachKeyOnce(grants: readonly Grant[]): readonly Grant[] {
  const byKey = new Map<string, Grant>();
  for (const grant of grants) {
    const known = byKey.get(grant.key);
    if (known === undefined || order(grant) < order(known)) byKey.set(grant.key, grant);
  }
  return [...byKey.values()].sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
}

/** Chains end where a key has no grant, and where damaged or forged records lead in a circle. */
export function chainsOf(grants: readonly Grant[]): Chains {
  const all = eachKeyOnce(grants);
  const byKey = new Map(all.map((grant) => [grant.key, grant]));
  const pathTo = (key: string) => {
    const path = new Set<Grant>();
    let grant = byKey.get(key);
    while (grant !== undefined && !path.has(grant)) {
      path.add(grant);
      grant = grant.byKey === null ? undefined : byKey.get(grant.byKey);
    }
    return [...path].reverse();
  };
  return { size: all.length, grantOf: (key) => byKey.get(key), pathTo, tree: () => treeOf(all) };
}

function treeOf(all: readonly Grant[]): readonly Branch[] {
  const below = new Map<string, Grant[]>();
  const keys = new Set(all.map(({ key }) => key));
  for (const grant of all) {
    const of = below.get(grant.byKey ?? '');
    if (of) of.push(grant);
    else below.set(grant.byKey ?? '', [grant]);
  }
  const seen = new Set<string>();
  const branches: Branch[] = [];
  const grow = (root: Grant) => {
    const todo: Branch[] = [{ grant: root, depth: 0 }];
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      const { grant, depth } = next;
      if (seen.has(grant.key)) continue;
      seen.add(grant.key);
      branches.push(next);
      for (const child of (below.get(grant.key) ?? []).toReversed())
        todo.push({ grant: child, depth: depth + 1 });
    }
  };
  for (const grant of all) if (grant.byKey === null || !keys.has(grant.byKey)) grow(grant);
  // What is left goes round in a circle: it begins with its oldest.
  for (const grant of all) grow(grant);
  return branches;
}

const HOW: { readonly [how: string]: string } = {
  AssumeRoleWithSAML: 'SAML',
  AssumeRoleWithWebIdentity: 'web identity',
};

/** Who asked for the first grant of a path. */
export const askedBy = ({ byName, how }: Grant): string =>
  `${byName ?? 'somebody'}${HOW[how] === undefined ? '' : ` (${HOW[how]})`}`;

/** Credentials that are of no role and of no session with a name. */
const NAMELESS: { readonly [how: string]: string } = { AssumeRoot: 'root', GetSigninToken: 'console' };

/** What the credentials are of: the role, and its session where that has a name of its own. */
export function grantedTo({ how, roleArn, sessionArn, byName }: Grant): string {
  const session = sessionArn === null ? null : lastOf(sessionArn);
  if (roleArn !== null)
    return session === null || session === byName ? lastOf(roleArn) : `${lastOf(roleArn)} (${session})`;
  if (session !== null) return `${session} (federated)`;
  return NAMELESS[how] ?? 'session token';
}

/** `john.doe > devops > it (nightly)`. */
export function pathText(path: readonly Grant[]): string {
  const [first] = path;
  return first === undefined ? '' : [askedBy(first), ...path.map(grantedTo)].join(' > ');
}

/** `2026-01-09 09:02 to 10:02`. */
export function lifeText({ at, until }: Grant): string {
  if (until === null) return `${minuteText(at)}, end not known`;
  const end = minuteText(until);
  return `${minuteText(at)} to ${dayText(at) === dayText(until) ? end.slice(11) : end}`;
}
