import type { Cells } from '../../../src/datasets/column.js';
import type { Random } from '../../../src/demo/random.js';
import { jsonTime } from './written-times.ts';

/** Credentials as they were made up, before any event says so. */
export type MadeGrant = {
  readonly key: string;
  readonly byKey: string | null;
  readonly at: number;
  readonly end: number;
  readonly identity: Identity;
};

type Identity = {
  readonly user_name: string;
  readonly user_arn: string;
  readonly session_name: string | null;
  readonly role_name: string | null;
  readonly role_arn: string | null;
  readonly identity_center_user_id: string | null;
  readonly access_key_id: string | null;
};

/** Rows of cloudtrail_events; those of Athena stand in athena_events as well. */
export type RandomWorld = {
  readonly rows: readonly Cells[];
  readonly grants: readonly MadeGrant[];
  /** Everything that may be traced in it. */
  readonly subjects: readonly string[];
};

const HOUR = 3_600_000;
export const WORLD_BEGINS = Date.UTC(2026, 0, 5);
export const WORLD_DAYS = 6;
const ACCOUNTS = ['111122223333', '444455556666'] as const;
const REGIONS = ['eu-west-1', 'us-east-1'] as const;
const PEOPLE = ['alice', 'Bob', 'carla@example.com'] as const;
const ROLES = ['devops', 'it', 'bob', 'audit'] as const;
const SESSIONS = ['alice', 'bob', 'BOB', 'tool-1', 'devops', 'carla@example.com'] as const;

const personOf = (name: string): Identity => ({
  ...{ user_name: name, user_arn: `arn:aws:iam::${ACCOUNTS[0]}:user/${name}`, session_name: null },
  ...{ role_name: null, role_arn: null, identity_center_user_id: null },
  access_key_id: `AKIA${name
    .replace(/[^a-zA-Z]/g, '')
    .toUpperCase()
    .padEnd(16, 'X')
    .slice(0, 16)}`,
});

/** A made-up world: people, keys, roles in two accounts, answers that are damaged, refused or told twice. */
export function randomWorld(random: Random): RandomWorld {
  const rows: Cells[] = [];
  const grants: MadeGrant[] = [];
  const event = (identity: Identity, at: number, more: Cells): void => {
    rows.push({
      ...{ event_time: at, event_id: `e${String(rows.length).padStart(5, '0')}`, ...identity },
      ...{ account_id: random.pick(ACCOUNTS), aws_region: random.pick(REGIONS), source_ip: '10.0.0.1' },
      ...more,
    });
  };
  const anyTime = () => WORLD_BEGINS + random.between(0, WORLD_DAYS * 24 * 60) * 60_000;
  for (let turn = 0; turn < 40; turn++) grant(turn);
  for (let turn = 0; turn < 8; turn++) console(turn);
  for (let turn = 0; turn < 160; turn++) use();
  const byRole = ACCOUNTS.flatMap((account) =>
    ROLES.map((role) => `arn:aws:iam::${account}:role/path/${role}`),
  );
  const arns = [...new Set(grants.map(({ identity }) => identity.user_arn))];
  const keys = [...grants.map(({ key }) => key), ...PEOPLE.map((name) => personOf(name).access_key_id ?? '')];
  return {
    rows,
    grants,
    subjects: [...PEOPLE, 'bob', 'tool-1', 'u-carla', ...ROLES, ...byRole, ...arns, ...keys],
  };

  function grant(turn: number): void {
    const parent =
      grants.length > 0 && random.fraction() < 0.6
        ? random.pick([grants[0], ...grants.slice(-6)])
        : undefined;
    const asker = parent?.identity ?? personOf(random.pick(PEOPLE));
    const at = parent ? random.between(parent.at, parent.end - 1) : anyTime();
    const how = parent === undefined && random.fraction() < 0.3 ? 'AssumeRoleWithSAML' : 'AssumeRole';
    const account = random.pick(ACCOUNTS);
    const [role, session] = [random.pick(ROLES), random.pick(SESSIONS)];
    const key = `ASIA${String(turn).padStart(5, '0')}MADEEXAMPLE`;
    const sessionArn = `arn:aws:sts::${account}:assumed-role/${role}/${session}`;
    const life = random.between(1, 36) * HOUR;
    const [end, written] = random.fraction() < 0.15 ? [at + 36 * HOUR, null] : [at + life, at + life];
    const byKey = how === 'AssumeRole' ? asker.access_key_id : null;
    const roleArn = `arn:aws:iam::${account}:role/path/${role}`;
    const expiration = written === null ? {} : { expiration: jsonTime(written, turn % 3) };
    const answer = {
      credentials: { accessKeyId: key, ...expiration },
      assumedRoleUser: { arn: sessionArn },
    };
    const luck = random.fraction();
    const call = {
      ...{ event_source: 'sts.amazonaws.com', event_name: how, access_key_id: byKey },
      request_parameters: JSON.stringify({ roleArn, roleSessionName: session }),
    };
    // Refused, or an answer of which nothing can be read.
    if (luck < 0.2) {
      // No refusal has an answer; a forged one might.
      const forged = luck < 0.05 ? JSON.stringify(answer) : null;
      const refused = { ...call, error_code: 'AccessDenied', response_elements: forged };
      const damaged = {
        ...call,
        response_elements: luck < 0.15 ? 'null' : '{"credentials":{"accessKeyId":7e400}}',
      };
      event(asker, at, luck < 0.1 ? refused : damaged);
      return;
    }
    event(asker, at, { ...call, response_elements: JSON.stringify(answer) });
    if (random.fraction() < 0.3) {
      // The account of the role is told, too: neither key nor session of who asked.
      const stranger = {
        ...asker,
        user_arn: `arn:aws:iam::${ACCOUNTS[0]}:root`,
        access_key_id: null,
        role_arn: null,
      };
      const told = { ...call, access_key_id: null, response_elements: JSON.stringify(answer) };
      event({ ...stranger, user_name: 'AIDAEXAMPLE', session_name: null, role_name: null }, at, told);
    }
    // Now and then nobody sees how a session began: its event is taken away again.
    if (random.fraction() < 0.15) rows.pop();
    const identity: Identity = {
      ...{ user_name: session, user_arn: sessionArn, session_name: session, role_name: role },
      ...{ role_arn: random.fraction() < 0.9 ? roleArn : null, access_key_id: key },
      identity_center_user_id: session.startsWith('carla') ? 'u-carla' : null,
    };
    grants.push({ key, byKey, at, end, identity });
  }

  /** A session takes its keys to the console, which works with a key of its own; or goes on with the same. */
  function console(turn: number): void {
    const { identity, at: begins, end } = random.pick([grants[0], ...grants]) ?? {};
    if (identity === undefined || begins === undefined || end === undefined) return;
    const isSame = random.fraction() < 0.2;
    const key = isSame ? identity.access_key_id : `ASIA${String(turn).padStart(5, '0')}CONSEXAMPLE`;
    const at = random.between(begins, end - 1);
    event(identity, at, {
      ...{ event_source: 'signin.amazonaws.com', event_name: 'GetSigninToken' },
      response_elements: JSON.stringify({ credentials: { accessKeyId: key }, GetSigninToken: 'Success' }),
    });
    if (isSame || key === null) return;
    const made = { ...identity, access_key_id: key };
    grants.push({ key, byKey: identity.access_key_id, at, end: at + 36 * HOUR, identity: made });
  }

  function use(): void {
    const session =
      random.fraction() < 0.75 && grants.length > 0 ? random.pick([grants[0], ...grants]) : undefined;
    const identity = session?.identity ?? personOf(random.pick(PEOPLE));
    const isInTime = random.fraction() < 0.85;
    const at = session && isInTime ? random.between(session.at, session.end - 1) : anyTime();
    const isLate = session !== undefined && (at < session.at || at >= session.end);
    event(identity, at, {
      ...{ event_source: random.pick(['s3.amazonaws.com', 'athena.amazonaws.com']), event_name: 'Something' },
      ...(isLate && { error_code: 'ExpiredToken' }),
      request_parameters: '{"a":1}',
    });
  }
}
