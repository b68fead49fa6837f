import type { AssumeRoleCommandInput, GetCallerIdentityCommandInput } from '@aws-sdk/client-sts';
import type { AwsCall, Caller, Keys } from './aws-call.ts';
import { AwsError, denied, expired, unrecognized } from './aws-error.ts';
import { KeyRing, type Principal, partitionOf } from './aws-keys.ts';
import { operation } from './operations.ts';

const ROLE = /^arn:(aws|aws-cn|aws-us-gov):iam::(\d{12}):role\/(?:[!-~]+\/)?([\w+=,.@-]{1,64})$/;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;
const SHORTEST_SESSION = 900;
const LONGEST_SESSION = 43_200;
const DEFAULT_SESSION = 3600;
/** What the roles of tests may do; a policy of their own would be needed for more. */
const OF_ROLES: ReadonlySet<string> = new Set(['athena', 'cloudtrail', 'sts']);

export type Trust = {
  /** Whoever assumes the role must say it. */
  readonly externalId?: string;
  readonly maxSessionSeconds?: number;
};

/** Security Token Service: who is calling, and keys for roles. */
export class StsDouble {
  readonly #now: () => number;
  readonly #keys: KeyRing;
  readonly #roles = new Map<string, Trust>();

  constructor({ now, home }: { readonly now: () => number; readonly home: () => Principal }) {
    this.#now = now;
    this.#keys = new KeyRing(home);
  }

  readonly operations = {
    GetCallerIdentity: operation<GetCallerIdentityCommandInput>([], (_input, _mishap, { keys }) => {
      const { account, arn, userId } = this.#keys.principal(keys);
      return { Account: account, Arn: arn, UserId: userId };
    }),
    AssumeRole: operation<AssumeRoleCommandInput>(
      ['RoleArn', 'RoleSessionName', 'ExternalId', 'DurationSeconds'],
      (input, _mishap, caller) => this.#assume(input, caller),
    ),
  };

  /** A role that the caller may assume. @throws Error where the test wrote a wrong ARN */
  createRole(arn: string, trust: Trust = {}): void {
    if (!ROLE.test(arn)) throw new Error(`${arn} is not the ARN of a role`);
    this.#roles.set(arn, trust);
  }

  /** Nobody may assume the role any more. Keys that were handed out stay good. */
  deny(arn: string): void {
    this.#roles.delete(arn);
  }

  /** Lasting keys of an account, without any role. */
  keysOf(account: string): Keys {
    return this.#keys.issueForUser(account);
  }

  accountOf(keys: Keys | undefined): string {
    return this.#keys.principal(keys).account;
  }

  /** Lets a call pass, if its keys are good for it. @throws AwsError */
  admit(call: AwsCall, keys: Keys | undefined): void {
    const { session, partition = partitionOf(call.region) } = this.#keys.principal(keys);
    if (partition !== partitionOf(call.region)) throw unrecognized(call);
    if (session === undefined) return;
    if (session.token !== keys?.sessionToken) throw unrecognized(call);
    if (session.expiresAt <= this.#now()) throw expired(call);
    if (!OF_ROLES.has(call.service)) throw denied(call);
  }

  #assume(input: AssumeRoleCommandInput, { region, keys: callersKeys }: Caller) {
    const { partition, account, name } = checked(input);
    const { RoleArn: role = '', DurationSeconds: seconds = DEFAULT_SESSION, RoleSessionName = '' } = input;
    const trust = this.#roles.get(role);
    const isTrusted = trust?.externalId === undefined || trust.externalId === input.ExternalId;
    if (trust === undefined || !isTrusted || partition !== partitionOf(region)) {
      const who = this.#keys.principal(callersKeys).arn;
      const message = `User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${role}`;
      throw new AwsError('AccessDenied', message, { status: 403 });
    }
    if (seconds > (trust.maxSessionSeconds ?? DEFAULT_SESSION)) {
      throw wrong('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
    }
    const arn = `arn:${partition}:sts::${account}:assumed-role/${name}/${RoleSessionName}`;
    const userId = `AROAEXAMPLE:${RoleSessionName}`;
    const expiresAt = this.#now() + seconds * 1000;
    const keys = this.#keys.issueForRole({ account, arn, userId, partition }, expiresAt);
    return {
      Credentials: {
        AccessKeyId: keys.accessKeyId,
        SecretAccessKey: 'secret',
        SessionToken: keys.sessionToken,
        Expiration: new Date(expiresAt),
      },
      AssumedRoleUser: { AssumedRoleId: userId, Arn: arn },
    };
  }
}

/** What the ARN of a role says. @throws AwsError ValidationError, for any part of the request that is malformed */
function checked(input: AssumeRoleCommandInput) {
  const {
    RoleArn = '',
    RoleSessionName = '',
    ExternalId,
    DurationSeconds: seconds = DEFAULT_SESSION,
  } = input;
  const [, partition, account, name] = ROLE.exec(RoleArn) ?? [];
  if (partition === undefined || account === undefined || name === undefined)
    throw wrong(`${RoleArn} is invalid`);
  if (!SESSION_NAME.test(RoleSessionName)) throw wrong('RoleSessionName is malformed');
  if (ExternalId !== undefined && !EXTERNAL_ID.test(ExternalId)) throw wrong('ExternalId is malformed');
  if (!Number.isInteger(seconds) || seconds < SHORTEST_SESSION || seconds > LONGEST_SESSION)
    throw wrong('DurationSeconds must be from 900 to 43200');
  return { partition, account, name };
}

function wrong(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
