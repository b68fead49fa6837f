import { describe, expect, test } from 'vitest';
import { parse, type ScalarTag } from 'yaml';
import { NAMES } from '../../infra/names.js';
import { QUERY_READS } from '../../infra/query-accounts.js';
import { textOf } from '../support/repository.ts';
import { lint } from './support/iam-lint.ts';
import { isAllowed, statementsOf } from './support/policies.ts';
import { ACCOUNT, resolved } from './support/resolved.ts';

const LAKE_ACCOUNT = '444455556666';
const PARAMETERS = { LakeAccount: LAKE_ACCOUNT, OrganizationId: 'o-exampleorgid', ExternalId: 'lake-1' };

/** The short forms of CloudFormation, as their long ones. */
const short = (tag: string, key: string): ScalarTag => ({
  tag,
  resolve: (text) => ({ [key]: text }) as never,
});
const template: {
  Resources: Record<string, { Type: string }>;
  Parameters: Record<string, { Default?: string }>;
} = parse(textOf('infra/member-role.yaml'), {
  customTags: [short('!Ref', 'Ref'), short('!Sub', 'Fn::Sub'), short('!GetAtt', 'Fn::GetAtt')],
});
const all = resolved(template, PARAMETERS);
const role = all.get('QueryHistoryRole')?.properties ?? {};
const { PolicyDocument } = (role['Policies'] as { PolicyDocument: unknown }[])[0] ?? {};

describe('the role of a member account', () => {
  test('is the only thing that its template makes, under the name that the lake asks for', () => {
    expect([...all.keys()]).toEqual(['QueryHistoryRole']);
    expect(role['RoleName']).toBe(NAMES.queryRole);
    expect(role).not.toHaveProperty('ManagedPolicyArns');
  });

  test('T13: reads the query history with four actions, and nothing of data or results', () => {
    const statements = statementsOf(PolicyDocument);
    expect(statements.flatMap(({ actions }) => actions).sort()).toEqual([...QUERY_READS].sort());
    const resource = `arn:aws:athena:us-east-1:${ACCOUNT}:workgroup/primary`;
    expect(isAllowed(statements, { action: 'athena:BatchGetQueryExecution', resource })).toBe(true);
    expect(isAllowed(statements, { action: 'athena:GetQueryResults', resource })).toBe(false);
    const elsewhere = resource.replace(ACCOUNT, LAKE_ACCOUNT);
    expect(isAllowed(statements, { action: 'athena:BatchGetQueryExecution', resource: elsewhere })).toBe(
      false,
    );
  });

  test('T11: is taken by the account of the lake alone, with the external id, from within the organization', () => {
    const [trust, ...more] = statementsOf(role['AssumeRolePolicyDocument']);
    expect(more).toEqual([]);
    expect(trust).toMatchObject({
      actions: ['sts:AssumeRole'],
      principals: [`arn:aws:iam::${LAKE_ACCOUNT}:root`],
      conditions: { StringEquals: { 'sts:ExternalId': 'lake-1', 'aws:PrincipalOrgID': 'o-exampleorgid' } },
    });
  });

  test('holds the IAM lint, but for whom it is there', () => {
    expect(lint(all)).toEqual([`QueryHistoryRole: trusts arn:aws:iam::${LAKE_ACCOUNT}:root`]);
  });

  test('asks for all that limits it: no default stands for the account, the organization or the external id', () => {
    const open = Object.entries(template.Parameters).filter(([, { Default }]) => Default !== undefined);
    expect(open.map(([name]) => name)).toEqual(['RoleName']);
  });
});
