import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/cloudtrail/record.js';
import { identityCells } from '../../src/datasets/identity.js';

const cellsOf = (userIdentity: unknown) => identityCells({ userIdentity });
const nameOf = (userIdentity: unknown) => cellsOf(userIdentity)['user_name'];

const session = (role: string): JsonObject => ({
  sessionIssuer: {
    type: 'Role',
    principalId: 'AROAEXAMPLEID',
    arn: `arn:aws:iam::111122223333:role/${role}`,
    accountId: '111122223333',
    userName: role,
  },
  attributes: { creationDate: '2026-01-09T00:05:00Z', mfaAuthenticated: 'true' },
});

/** With everything told: identity-table.test.ts. */
describe('user_name is who acted, also where less is told', () => {
  test.each<[string, unknown, string | null]>([
    ['IAMUser without userName', { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/a/b/jane' }, 'jane'],
    [
      'AssumedRole without arn',
      { type: 'AssumedRole', principalId: 'AROAEXAMPLEID:jane.doe', sessionContext: session('Analyst') },
      'jane.doe',
    ],
    ['AssumedRole with a userName alone', { type: 'AssumedRole', userName: 'Analyst' }, 'Analyst'],
    [
      'AssumedRole with the id of its role alone',
      { type: 'AssumedRole', principalId: 'AROAEXAMPLEID' },
      'AROAEXAMPLEID',
    ],
    ['FederatedUser without arn', { type: 'FederatedUser', principalId: '111122223333:bob' }, 'bob'],
    ['SAMLUser without userName', { type: 'SAMLUser', principalId: 'QUALIFIER:jane:doe' }, 'jane:doe'],
    [
      'WebIdentityUser without userName and provider',
      { type: 'WebIdentityUser', principalId: 'accounts.example.com:app:1234' },
      '1234',
    ],
    [
      'WebIdentityUser, only its provider',
      { type: 'WebIdentityUser', principalId: 'example.com' },
      'example.com',
    ],
    [
      'WebIdentityUser with the id of another provider',
      { type: 'WebIdentityUser', identityProvider: 'example.com', principalId: 'www.example.com:app:1234' },
      '1234',
    ],
    ['AWSService without invokedBy', { type: 'AWSService', userName: 'ec2' }, 'ec2'],
    ['Unknown with a name', { type: 'Unknown', userName: 'someone' }, 'someone'],
    ['Unknown, and no more', { type: 'Unknown' }, null],
    ['an account alone', { accountId: '111122223333' }, null],
    ['a type of the future', { type: 'RobotUser', userName: 'r2' }, 'r2'],
    ['an ARN without a type', { arn: 'arn:aws:appstream:us-east-1:111122223333:image-builder/Own' }, 'Own'],
    ['empty names', { type: 'IAMUser', userName: '', arn: '', principalId: '' }, null],
    ['an empty object', {}, null],
  ])('%s', (_, identity, name) => expect(nameOf(identity)).toBe(name));

  test.each([
    ['missing', undefined],
    ['null', null],
    ['a string', 'root'],
    ['a list', [{ type: 'Root' }]],
    ['a number', 1],
    ['the prototype of nothing', JSON.parse('{"__proto__":{"type":"Root","userName":"root"}}')],
  ])('and nothing at all where userIdentity is %s', (_, identity) => {
    expect(new Set(Object.values(cellsOf(identity)))).toEqual(new Set([null]));
  });

  test('whatever type the fields below it have', () => {
    const odd = [null, true, 7, 'text', [], {}, [{}], { type: {} }];
    for (const type of [
      'Root',
      'IAMUser',
      'AssumedRole',
      'Role',
      'FederatedUser',
      'AWSAccount',
      'X',
      null,
      {},
    ]) {
      for (const value of odd) {
        const cells = cellsOf({
          type,
          userName: value,
          arn: value,
          principalId: value,
          sessionContext: value,
          onBehalfOf: value,
          invokedBy: value,
        });
        for (const cell of Object.values(cells))
          expect(['string', 'boolean', 'object']).toContain(typeof cell);
      }
    }
    expect(
      nameOf({ type: 'AssumedRole', sessionContext: { sessionIssuer: 'Role', attributes: [] } }),
    ).toBeNull();
  });
});

describe('the other cells of who acted', () => {
  test.each([
    ['2026-01-09T00:05:00Z', Date.UTC(2026, 0, 9, 0, 5)],
    ['20260109T000500Z', Date.UTC(2026, 0, 9, 0, 5)],
    ['20260230T000500Z', null],
    ['1970', null],
    ['', null],
  ])('tell when the session began, written %j', (creationDate, millis) => {
    expect(cellsOf({ sessionContext: { attributes: { creationDate } } })['session_creation_time']).toBe(
      millis,
    );
  });

  test('say no access key where it is empty', () => {
    expect(cellsOf({ accessKeyId: '' })['access_key_id']).toBeNull();
  });

  test.each([':assumed-role/', ':assumed-role/a/', '/', ':', 'a/b'])(
    'of an ARN of a megabyte of %j take linear time',
    (piece) => {
      const arn = piece.repeat(Math.ceil((1 << 20) / piece.length));
      const start = performance.now();
      for (const type of ['AssumedRole', 'Role', 'IAMUser', 'FederatedUser']) {
        cellsOf({ type, arn, principalId: arn });
        cellsOf({ type, arn: `${arn}/`, principalId: `${arn}\n` });
      }
      expect(performance.now() - start).toBeLessThan(400);
    },
  );
});
