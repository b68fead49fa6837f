import type { Keys } from './aws-call.ts';

/** The Region of the caller and of the world, where nobody names one. */
export const HOME_REGION = 'eu-central-1';

/** Who stands behind a pair of keys. */
export type Principal = {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
  /** Undefined: may call Regions of each. */
  readonly partition?: string | undefined;
  /** Only for keys of a role. `expiresAt`: milliseconds since 1970. */
  readonly session?: { readonly token: string; readonly expiresAt: number };
};

/** The keys that were handed out. All others belong to the home account. */
export class KeyRing {
  readonly #home: () => Principal;
  readonly #principals = new Map<string, Principal>();

  constructor(home: () => Principal) {
    this.#home = home;
  }

  principal(keys: Keys | undefined): Principal {
    return this.#principals.get(keys?.accessKeyId ?? '') ?? this.#home();
  }

  /** Keys of a user: they do not expire. */
  issueForUser(account: string): Keys {
    const accessKeyId = this.#nextId('AKIA');
    this.#principals.set(accessKeyId, userOf(account));
    return { accessKeyId };
  }

  issueForRole(role: Omit<Principal, 'session'>, expiresAt: number): Required<Keys> {
    const accessKeyId = this.#nextId('ASIA');
    const token = `session-of-${accessKeyId}`;
    this.#principals.set(accessKeyId, { ...role, session: { token, expiresAt } });
    return { accessKeyId, sessionToken: token };
  }

  #nextId(kind: 'AKIA' | 'ASIA'): string {
    return `${kind}EXAMPLE${String(this.#principals.size + 1).padStart(9, '0')}`;
  }
}

export function userOf(account: string): Principal {
  return { account, arn: `arn:aws:iam::${account}:user/jane`, userId: 'AIDAEXAMPLEJANE' };
}

export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
