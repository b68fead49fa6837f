import { Stack, Token } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { SETTINGS } from '../src/settings.js';
import type { AuditLakeProps } from './audit-lake-props.js';
import type { Handler } from './handler.js';
import { NAMES } from './names.js';

/** What a reader of query texts does. The role of each member account may do the same: member-role.yaml. */
export const QUERY_READS = [
  'athena:BatchGetQueryExecution',
  'athena:GetQueryExecution',
  'athena:GetNamedQuery',
  'athena:GetPreparedStatement',
] as const;

/** A policy holds 10,240 characters, and this is one of its statements. */
const MOST_NAMED = 50;
/** The environment of a function holds 4 KB, and there are other settings: more go into a file beside the handlers. */
export const MOST_IN_ENVIRONMENT = 150;

const ACCOUNT = /^\d{12}$/;

/**
 * The accounts whose Athena is asked. A list that is known only when it is deployed is taken as it is.
 * @throws Error for what is no account, and for more than a policy can name
 */
export function queryAccounts({
  queryAccounts: named = ['self'],
  organizationId,
}: AuditLakeProps): readonly string[] {
  if (Token.isUnresolved(named)) return named;
  const wrong = named.find(
    (account) => !Token.isUnresolved(account) && account !== 'self' && !ACCOUNT.test(account),
  );
  if (wrong !== undefined) throw new Error(`queryAccounts: ${wrong} is neither 12 digits nor self`);
  if (organizationId === undefined && named.length > MOST_NAMED) {
    throw new Error(`queryAccounts: name organizationId, since a policy cannot name ${named.length} roles`);
  }
  return named;
}

/**
 * Asking Athena in the own account, and assuming the role of each other one. Of an organization every account's role may be
 * assumed, never that of a stranger; which are, the setting says (threat T11).
 */
export function readingQueryHistory(
  scope: Construct,
  accounts: readonly string[],
  props: AuditLakeProps,
): PolicyStatement[] {
  const { partition, account } = Stack.of(scope);
  const own = new PolicyStatement({
    actions: [...QUERY_READS],
    resources: [`arn:${partition}:athena:*:${account}:workgroup/*`],
  });
  const others = accounts.filter((name) => name !== 'self');
  if (props.organizationId !== undefined) return [own, assumingRoles(scope, ['*'], props)];
  return others.length > 0 ? [own, assumingRoles(scope, others, props)] : [own];
}

/**
 * `aws:ResourceOrgID` is a global key: it is there whenever the account that owns the resource, here the role, is of an
 * organization (IAM User Guide, "AWS global condition context keys"). AWS's own policies for resource
 * perimeters deny all actions by it (aws-samples/data-perimeter-policy-examples, resource_perimeter_scp.json); `doctor --stack`
 * tries whether a role can be assumed.
 */
function assumingRoles(
  scope: Construct,
  accounts: readonly string[],
  { queryRoleName = NAMES.queryRole, organizationId }: AuditLakeProps,
): PolicyStatement {
  const { partition } = Stack.of(scope);
  return new PolicyStatement({
    actions: ['sts:AssumeRole'],
    resources: accounts.map((account) => `arn:${partition}:iam::${account}:role/${queryRoleName}`),
    ...(organizationId !== undefined && {
      conditions: { StringEquals: { 'aws:ResourceOrgID': organizationId } },
    }),
  });
}

/** The accounts that handlers ask, when more are named after they were made. */
export class AskedAccounts {
  readonly #handlers: readonly Handler[];
  readonly #props: AuditLakeProps;
  #accounts: readonly string[];

  constructor(handlers: readonly Handler[], props: AuditLakeProps) {
    this.#handlers = handlers;
    this.#props = props;
    this.#accounts = queryAccounts(props);
  }

  /** @throws Error for what is no account, and where accounts stand in a file already or a policy cannot name them */
  add(account: string): void {
    if (this.#accounts.includes(account)) return;
    const accounts = [...this.#accounts, account];
    this.#accounts = queryAccounts({ ...this.#props, queryAccounts: accounts });
    if (accounts.length > MOST_IN_ENVIRONMENT) {
      throw new Error(
        `${account}: more than ${MOST_IN_ENVIRONMENT} accounts are named all at once, in queryAccounts`,
      );
    }
    for (const handler of this.#handlers) {
      handler.function.addEnvironment(SETTINGS.queryAccounts.env, accounts.join());
      // Of an organization all its roles may be assumed already.
      if (this.#props.organizationId !== undefined || account === 'self') continue;
      handler.role.addToPolicy(assumingRoles(handler, [account], this.#props));
    }
  }
}
