import { describe, expect, test } from 'vitest';
import type { AuditLakeStackProps } from '../../infra/audit-lake-stack.js';
import { textOf } from '../support/repository.ts';
import { complaints } from './support/cloudformation.ts';
import { ACCOUNT } from './support/resolved.ts';
import { templateWith } from './support/synthesized.ts';

const KEY = `arn:aws:kms:eu-central-1:${ACCOUNT}:key/0f0f0f0f-0000-4000-8000-000000000000`;
const TOPIC = `arn:aws:sns:eu-central-1:${ACCOUNT}:topic`;

const STACKS: readonly (readonly [string, Partial<AuditLakeStackProps>])[] = [
  ['as it is by default', {}],
  [
    'with all that can be said',
    {
      ...{
        trigger: { topic: TOPIC },
        trailKey: KEY,
        encryptionKey: KEY,
        archiveAfterDays: 90,
        alarmTopic: TOPIC,
      },
      ...{
        queryAccounts: ['self', '444455556666'],
        organizationId: 'o-exampleorgid',
        queryExternalId: 'lake-1',
      },
    },
  ],
];

describe("CloudFormation's own validator has nothing against", () => {
  test.each(STACKS)('the stack %s', (_, props) => {
    expect(complaints(JSON.stringify(templateWith(props).toJSON()), 'stack.json')).toEqual([]);
  });

  test.each(['infra/audit-lake.template.json', 'infra/member-role.yaml'])('%s', (path) => {
    expect(complaints(textOf(path), path)).toEqual([]);
  });

  test('and would say so: a property that does not exist, a reference that leads nowhere', () => {
    const text = textOf('infra/member-role.yaml');
    expect(complaints(text.replace('MaxSessionDuration', 'MaxDuration'), 'a.yaml').join()).toMatch(
      /MaxDuration/,
    );
    expect(complaints(text.replace('!Ref RoleName', '!Ref NoSuchName'), 'b.yaml').join()).toMatch(
      /NoSuchName/,
    );
  });
});
