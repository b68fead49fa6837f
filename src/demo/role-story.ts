import { type AsOf, momentOf } from './calendar.js';
import { assumedRoleUser, credentials } from './credentials.js';
import { assumedRole, exampleId, federatedUser, type IdentityAt } from './identities.js';
import type { JsonObject } from './json.js';
import { type Actor, person } from './people.js';
import { createRandom, type Random } from './random.js';
import { type Call, type Happening, happening } from './records.js';
import { KEYLESS, SESSIONS, type SessionPlan } from './role-sessions.js';

/** Credentials that were planted: from whom to what was done with them. */
export type PlantedSession = {
  readonly how: string;
  readonly key: string;
  /** Key under which they were asked for; null where somebody signed in. */
  readonly byKey: string | null;
  readonly roleArn: string | null;
  /** When they were asked for, and when they end: milliseconds. */
  readonly at: number;
  readonly until: number;
  /** Ids of the events that gave them out: one in each account that was told; none where nobody saw it. */
  readonly grants: readonly string[];
  /** Ids of the planted events under this key. */
  readonly calls: readonly string[];
};

type Story = { readonly happenings: readonly Happening[]; readonly sessions: readonly PlantedSession[] };
type World = { readonly asOf: AsOf; readonly random: Random };

const HOUR = 3_600_000;

/** People, the roles that they took, and what they did in them. It has its own dice: nothing else changes with it. */
export function roleStory(asOf: AsOf): Story {
  const world: World = { asOf, random: createRandom(20_261_121) };
  const told = SESSIONS.map((plan) => sessionOf(plan, world));
  const keyless = KEYLESS.map(({ day, time, ...call }) =>
    happening({ ...call, at: momentOf(asOf, day, time) }, world.random),
  );
  const idsUnder = (key: string) =>
    told.flatMap(({ happenings }) => happenings.filter((it) => keyOf(it) === key).map(idOf));
  return {
    happenings: [...told.flatMap(({ happenings }) => happenings), ...keyless],
    sessions: told.map(({ session }) => ({ ...session, calls: idsUnder(session.key) })),
  };
}

const idOf = ({ record }: Happening): string => String(record['eventID']);

function keyOf({ record }: Happening): unknown {
  const identity = record['userIdentity'];
  return typeof identity === 'object' && identity && 'accessKeyId' in identity
    ? identity['accessKeyId']
    : null;
}

function sessionOf(plan: SessionPlan, { asOf, random }: World) {
  const at = momentOf(asOf, plan.day, plan.time);
  const until = at + plan.hours * HOUR;
  const asker = 'key' in plan.by ? actorIn(planOf(plan.by.key), asOf) : plan.by;
  const grants = plan.unseen ? [] : grantCalls(plan, { asker, at, until }).map((it) => happening(it, random));
  const actor = actorIn(plan, asOf);
  const steps = plan.steps.map(({ day = plan.day, time, place = plan.place, changes, ...call }) =>
    happening({ ...call, by: actor, at: momentOf(asOf, day, time), place, readOnly: !changes }, random),
  );
  const twins = plan.day === 4 ? { twice: true as const } : {};
  const happenings = [...grants, ...steps].map((it) => ({ ...it, ...twins }));
  const first = grants[0];
  const byKey = first ? keyOf(first) : null;
  const session = {
    ...{ how: plan.how, key: plan.key, byKey: typeof byKey === 'string' ? byKey : null },
    ...{ roleArn: roleArnOf(plan), at, until, grants: grants.map(idOf) },
  };
  return { happenings, session };
}

function planOf(key: string): SessionPlan {
  const plan = SESSIONS.find((it) => it.key === key);
  if (plan) return plan;
  throw new RangeError(`no session has the key ${key}`);
}

/** Whoever acts in the session, from where its credentials were asked for. */
function actorIn(plan: SessionPlan, asOf: AsOf): Actor {
  const asker = 'key' in plan.by ? actorIn(planOf(plan.by.key), asOf) : plan.by;
  return person(identityIn(plan, asOf), asker.sourceIp, asker.userAgent);
}

function identityIn(plan: SessionPlan, asOf: AsOf): IdentityAt {
  const { account, role, session, key, path, onBehalfOf } = plan;
  if (role === undefined)
    return (at) => ({ ...federatedUser(account, session, 'training-admin')(at), accessKeyId: key });
  const since = momentOf(asOf, plan.day, plan.time);
  return assumedRole({
    ...{ account, role, session, key, since },
    ...(path !== undefined && { path }),
    ...(onBehalfOf && { onBehalfOf }),
  });
}

const roleArnOf = ({ account, role, path = '/' }: SessionPlan): string | null =>
  role === undefined ? null : `arn:aws:iam::${account}:role${path}${role}`;

type Asked = { readonly asker: Actor; readonly at: number; readonly until: number };

/** The event, and its twin in the account of the role where that is another one. */
function grantCalls(plan: SessionPlan, { asker, at, until }: Asked): readonly Call[] {
  const { account, session, role, place } = plan;
  const call: Call = {
    ...{ by: asker, at, place, service: 'sts', name: plan.how, readOnly: true },
    request: { ...requestOf(plan), durationSeconds: plan.hours * 3600 },
    response: {
      ...credentials({ key: plan.key, until, written: plan.written }),
      ...(role === undefined ? federated(account, session) : assumedRoleUser(account, role, session)),
      ...plan.response,
    },
  };
  if (account === place.account) return [call];
  const sharedEventId = `5b2c8f0e-6a53-4b0e-9d0b-${plan.key.slice(4, 10).split('').map(hex).join('')}`;
  const stranger = person(strangerOf(asker), asker.sourceIp, asker.userAgent);
  return [
    { ...call, sharedEventId },
    { ...call, by: stranger, place: { ...place, account }, sharedEventId },
  ];
}

const hex = (letter: string) => letter.charCodeAt(0).toString(16);

function requestOf({ how, role, session, request, ...plan }: SessionPlan): JsonObject {
  if (role === undefined) return request ?? {};
  const roleArn = roleArnOf({ how, role, session, ...plan }) ?? '';
  return { roleArn, ...(how === 'AssumeRoleWithSAML' ? {} : { roleSessionName: session }), ...request };
}

const federated = (account: string, name: string): JsonObject => ({
  federatedUser: {
    federatedUserId: `${account}:${name}`,
    arn: `arn:aws:sts::${account}:federated-user/${name}`,
  },
  packedPolicySize: 0,
});

/** As the other account sees a caller: who it is, and from which account; neither key nor session. */
function strangerOf(asker: Actor): IdentityAt {
  return (at) => {
    const { principalId = exampleId('AIDA', 'stranger'), accountId = '' } = asker.identity(at) ?? {};
    return { type: 'AWSAccount', principalId, accountId };
  };
}
