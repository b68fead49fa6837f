import { Stack, Token } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { AuditLakeProps } from './audit-lake-props.js';
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
export function askingAthena(
  scope: Construct,
  accounts: readonly string[],
  props: AuditLakeProps,
): PolicyStatement[] {
  const { queryRoleName = NAMES.queryRole, organizationId } = props;
  const { partition, account } = Stack.of(scope);
  const roleOf = (whose: string) => `arn:${partition}:iam::${whose}:role/${queryRoleName}`;
  const own = new PolicyStatement({
    actions: [...QUERY_READS],
    resources: [`arn:${partition}:athena:*:${account}:workgroup/*`],
  });
  if (organizationId !== undefined) {
    const conditions = { StringEquals: { 'aws:ResourceOrgID': organizationId } };
    return [own, new PolicyStatement({ actions: ['sts:AssumeRole'], resources: [roleOf('*')], conditions })];
  }
  const others = accounts.filter((name) => name !== 'self').map(roleOf);
  return others.length > 0
    ? [own, new PolicyStatement({ actions: ['sts:AssumeRole'], resources: others })]
    : [own];
}
