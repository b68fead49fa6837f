import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/cloudtrail/record.js';
import { identityCells } from '../../src/datasets/identity.js';

const cellsOf = (userIdentity: unknown) => identityCells({ userIdentity });
const nameOf = (userIdentity: unknown) => cellsOf(userIdentity)['user_name'];

const session = (role: string, more: JsonObject = {}): JsonObject => ({
  sessionIssuer: {
    type: 'Role',
    principalId: 'AROAEXAMPLEID',
    arn: `arn:aws:iam::111122223333:role/${role}`,
    accountId: '111122223333',
    userName: role.slice(role.lastIndexOf('/') + 1),
  },
  attributes: { creationDate: '2026-01-09T00:05:00Z', mfaAuthenticated: 'true' },
  ...more,
});

const assumed = (role: string, name: string, more: JsonObject = {}): JsonObject => ({
  type: 'AssumedRole',
  principalId: `AROAEXAMPLEID:${name}`,
  arn: `arn:aws:sts::111122223333:assumed-role/${role}/${name}`,
  accountId: '111122223333',
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  sessionContext: session(role),
  ...more,
});

describe('user_name is who acted', () => {
  test.each<[string, unknown, string | null]>([
    ['Root', { type: 'Root', principalId: '111122223333', arn: 'arn:aws:iam::111122223333:root' }, 'root'],
    [
      'Root with an account alias',
      { type: 'Root', userName: 'my-alias', arn: 'arn:aws:iam::111122223333:root' },
      'root',
    ],
    [
      'IAMUser',
      {
        type: 'IAMUser',
        principalId: 'AIDAEXAMPLE',
        arn: 'arn:aws:iam::111122223333:user/john.doe',
        userName: 'john.doe',
      },
      'john.doe',
    ],
    [
      'IAMUser without userName',
      { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/a/b/john.doe' },
      'john.doe',
    ],
    ['AssumedRole: the session, not the role', assumed('Analyst', 'jane.doe'), 'jane.doe'],
    ['AssumedRole of an instance', assumed('WebServer', 'i-0123456789EXAMPLE'), 'i-0123456789EXAMPLE'],
    [
      'AssumedRole without arn',
      { type: 'AssumedRole', principalId: 'AROAEXAMPLEID:jane.doe', sessionContext: session('Analyst') },
      'jane.doe',
    ],
    [
      'AssumedRole with nothing but its issuer',
      { type: 'AssumedRole', sessionContext: session('Analyst') },
      'Analyst',
    ],
    [
      'an Identity Center user by a role',
      assumed('AWSReservedSSO_DataAnalyst_0123456789abcdef', 'zoe@example.com'),
      'zoe@example.com',
    ],
    [
      'QuickSight by its role',
      assumed('aws-quicksight-service-role-v0', 'QuickSight-RoleSession-1672531200'),
      'QuickSight-RoleSession-1672531200',
    ],
    [
      'Role, called by a service',
      { type: 'Role', arn: 'arn:aws:iam::111122223333:role/Batch', invokedBy: 'batch.amazonaws.com' },
      'Batch',
    ],
    [
      'FederatedUser',
      {
        type: 'FederatedUser',
        principalId: '111122223333:fed-user',
        arn: 'arn:aws:sts::111122223333:federated-user/fed-user',
        sessionContext: { sessionIssuer: { type: 'IAMUser', userName: 'broker' } },
      },
      'fed-user',
    ],
    [
      'FederatedUser without arn',
      { type: 'FederatedUser', principalId: '111122223333:fed-user' },
      'fed-user',
    ],
    [
      'SAMLUser',
      {
        type: 'SAMLUser',
        principalId: 'SampleUniqueIdentifier:saml.user',
        userName: 'saml.user@example.com',
      },
      'saml.user@example.com',
    ],
    [
      'SAMLUser without userName',
      { type: 'SAMLUser', principalId: 'SampleUniqueIdentifier:saml.user' },
      'saml.user',
    ],
    [
      'WebIdentityUser',
      {
        type: 'WebIdentityUser',
        principalId: 'accounts.example.com:app.EXAMPLE:user.EXAMPLE',
        userName: 'user.EXAMPLE',
        identityProvider: 'accounts.example.com',
      },
      'user.EXAMPLE',
    ],
    [
      'IdentityCenterUser',
      { type: 'IdentityCenterUser', accountId: '111122223333', onBehalfOf: { userId: '544894e8-EXAMPLE' } },
      '544894e8-EXAMPLE',
    ],
    [
      'Directory',
      { type: 'Directory', userName: 'EXAMPLE\\jane', accountId: '111122223333' },
      'EXAMPLE\\jane',
    ],
    [
      'AWSAccount',
      { type: 'AWSAccount', principalId: 'AIDAEXAMPLE', accountId: '444455556666' },
      'AIDAEXAMPLE',
    ],
    [
      'AWSAccount by a role session',
      { type: 'AWSAccount', principalId: 'AROAEXAMPLEID:jane.doe', accountId: '444455556666' },
      'jane.doe',
    ],
    ['AWSAccount, only its number', { type: 'AWSAccount', accountId: '444455556666' }, '444455556666'],
    ['AWSService', { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' }, 'cloudtrail.amazonaws.com'],
    ['Unknown', { type: 'Unknown', userName: 'someone' }, 'someone'],
    ['Unknown, and no more', { type: 'Unknown' }, null],
    [
      'no type, an invoking service',
      { accountId: '111122223333', invokedBy: 'ec2.amazonaws.com' },
      'ec2.amazonaws.com',
    ],
    ['a type of the future', { type: 'RobotUser', userName: 'r2' }, 'r2'],
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
  test('of an assumed role name the role, its ARN and the session', () => {
    expect(cellsOf(assumed('team/data/Analyst', 'jane.doe'))).toEqual({
      user_type: 'AssumedRole',
      user_name: 'jane.doe',
      user_arn: 'arn:aws:sts::111122223333:assumed-role/team/data/Analyst/jane.doe',
      principal_id: 'AROAEXAMPLEID:jane.doe',
      user_account_id: '111122223333',
      access_key_id: 'ASIAIOSFODNN7EXAMPLE',
      role_name: 'Analyst',
      role_arn: 'arn:aws:iam::111122223333:role/team/data/Analyst',
      session_name: 'jane.doe',
      source_identity: null,
      identity_center_user_id: null,
      invoked_by: null,
      mfa_authenticated: true,
      session_creation_time: Date.UTC(2026, 0, 9, 0, 5),
    });
  });

  test('of a plain user name no role', () => {
    const cells = cellsOf({
      type: 'IAMUser',
      userName: 'john.doe',
      sessionContext: { attributes: { mfaAuthenticated: 'false' } },
    });
    expect(cells).toMatchObject({
      role_name: null,
      role_arn: null,
      session_name: null,
      mfa_authenticated: false,
    });
  });

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

  test('tell the source identity, the Identity Center user and the invoking service', () => {
    const more = {
      sessionContext: session('Analyst', { sourceIdentity: 'jane@example.com' }),
      onBehalfOf: {
        userId: '544894e8-EXAMPLE',
        identityStoreArn: 'arn:aws:identitystore::111122223333:identitystore/d-EXAMPLE',
      },
      invokedBy: 'quicksight.amazonaws.com',
    };
    expect(cellsOf(assumed('Analyst', 'jane.doe', more))).toMatchObject({
      source_identity: 'jane@example.com',
      identity_center_user_id: '544894e8-EXAMPLE',
      invoked_by: 'quicksight.amazonaws.com',
    });
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
