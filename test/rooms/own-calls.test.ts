import { expect, test } from 'vitest';
import { eventCells } from '../../src/datasets/event-cells.js';
import { athenaRecord } from '../support/athena-record.ts';

const OWN = 'arn:aws:iam::111122223333:role/audit-lake';
const ASKING = 'arn:aws:iam::444455556666:role/audit-lake-query-history';
const CONTEXT = {
  ref: {
    ...{ bucket: 'b', key: 'k.json.gz', organization: undefined, account: undefined },
    ...{ region: undefined, deliveryDay: undefined },
  },
  ingestedAt: 0,
  ownRoleArns: new Set([OWN]),
};

function isOwn(arn: string, eventName: string, askingRoleArns?: ReadonlySet<string>): unknown {
  const userIdentity = { type: 'AssumedRole', sessionContext: { sessionIssuer: { type: 'Role', arn } } };
  const record = { bytes: Buffer.alloc(0), json: athenaRecord('e', { eventName, userIdentity }), index: 0 };
  return eventCells(record, 0, { ...CONTEXT, askingRoleArns })['is_own_call'];
}

test.each([
  ...['BatchGetQueryExecution', 'GetQueryExecution', 'GetNamedQuery', 'GetPreparedStatement'].map(
    (name) => [name, true] as const,
  ),
  ...['StartQueryExecution', 'GetQueryResults', 'CreateNamedQuery', 'AssumeRole'].map(
    (name) => [name, false] as const,
  ),
])('%s under the role of a member account that asks for texts is a call of our own: %s', (name, own) => {
  expect(isOwn(ASKING, name, new Set([ASKING]))).toBe(own);
  expect(isOwn(OWN, name, new Set([ASKING]))).toBe(true);
  expect(isOwn(OWN.replace('111122223333', '444455556666'), name, new Set([ASKING]))).toBe(false);
  expect(isOwn(ASKING, name)).toBe(false);
});
