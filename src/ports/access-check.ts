/** What a policy has to allow: actions of IAM on resources. */
export type Permission = { readonly actions: readonly string[]; readonly resources: readonly string[] };

/** A call of AWS as people name it, and what allows it. */
export type Call = { readonly action: string; readonly on: string; readonly allowedBy: Permission };

/** One thing that is tried just as the product does it. */
export type Step = {
  /** What is called; absent where nothing of AWS is. */
  readonly call?: Call;
  /** What else was denied, where the failure says so: S3 asks KMS in our name. */
  readonly deniedInstead?: (error: unknown) => Call | undefined;
  /** Gives what there is to tell. @throws AuditLakeError */
  readonly run: () => Promise<string | undefined>;
};

/** Steps that are told as one: the first that fails ends it. */
export type Check = {
  readonly name: string;
  /** Names of checks without which this one tells nothing. */
  readonly needs: readonly string[];
  /** Why there is nothing to check, known when its turn comes. */
  readonly unless?: () => string | undefined;
  readonly steps: readonly Step[];
};
