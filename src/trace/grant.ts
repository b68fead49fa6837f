/** Credentials that STS gave out, as the event says that did it: the way from a person to an access key. */
export type Grant = {
  /** Milliseconds since 1970, UTC. */
  readonly at: number;
  /** AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity, GetSessionToken, GetFederationToken, ... */
  readonly how: string;
  /** The access key that was given out. */
  readonly key: string;
  /** When it ends, where the answer tells: milliseconds. */
  readonly until: number | null;
  /** ARN of the session (assumed role, federated user), where the answer tells. */
  readonly sessionArn: string | null;
  /** ARN of the role, where one was assumed. */
  readonly roleArn: string | null;
  /** The key under which it was asked for; null where a person signed in by SAML, by a web identity or as a service. */
  readonly byKey: string | null;
  /** Who asked for it, by the rule of `user_name`. */
  readonly byName: string | null;
  readonly account: string | null;
  readonly region: string | null;
  readonly eventId: string | null;
};
