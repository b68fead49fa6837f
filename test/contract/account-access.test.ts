import { describe, expect, test } from 'vitest';
import { partitionOf, readerRoleArn } from '../../src/adapters/aws/account-role.js';
import { AskedHistory, counted, HOME, MEMBER, REGION } from '../support/asked-history.ts';
import type { AwsCall } from '../support/aws/aws-call.ts';
import { denied, expired, internal } from '../support/aws/aws-error.ts';

const MINUTE = 60_000;
const isAssumeRole = ({ operation }: AwsCall) => operation === 'AssumeRole';

function trusted(options?: ConstructorParameters<typeof AskedHistory>[0]): AskedHistory {
  const asked = new AskedHistory(options);
  asked.trust(MEMBER);
  return asked;
}

describe('a role', () => {
  test.each([
    ['eu-central-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['us-iso-east-1', 'aws-iso'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['eu-isoe-west-1', 'aws-iso-e'],
    ['us-isof-south-1', 'aws-iso-f'],
    ['eusc-de-east-1', 'aws-eusc'],
  ])('of %s lies in the partition %s', (region, partition) => {
    expect(partitionOf(region)).toBe(partition);
    expect(readerRoleArn('audit/{account}-{region}', { account: MEMBER, region })).toBe(
      `arn:${partition}:iam::${MEMBER}:role/audit/${MEMBER}-${region}`,
    );
  });

  test('is assumed once however many ask, by a fixed name, for an hour, with its external id', async () => {
    const asked = new AskedHistory({ externalId: 'lake-1' });
    const RoleArn = `arn:aws:iam::${MEMBER}:role/audit-lake-query-history`;
    asked.world.sts.createRole(RoleArn, { externalId: 'lake-1' });
    const regions = ['eu-central-1', 'eu-west-1', 'us-east-1', 'us-east-2'];
    const queries = regions.map((region) => asked.ran('q1', { region }));
    const lookups = Array.from({ length: 5 }, () => asked.history.lookup(queries, 1));
    for (const answers of await asked.time.settle(Promise.all(lookups))) expect(answers.size).toBe(4);
    expect(asked.calls('AssumeRole').map(({ input }) => input)).toEqual([
      { RoleArn, RoleSessionName: 'audit-lake', DurationSeconds: 3_600, ExternalId: 'lake-1' },
    ]);
  });

  test('may have another name in each account and Region', async () => {
    const asked = new AskedHistory({ role: 'lake/{account}/reader-{region}' });
    const arn = (region: string) => `arn:aws:iam::${MEMBER}:role/lake/${MEMBER}/reader-${region}`;
    asked.world.sts.createRole(arn('eu-west-1'));
    const queries = ['eu-west-1', 'us-east-1'].map((region) => asked.ran('q1', { region }));
    expect(await asked.kinds(queries)).toEqual(['execution', 'denied']);
  });

  test('that does not exist is asked for again after five minutes, once', async () => {
    const asked = new AskedHistory();
    const query = asked.ran('q1');
    for (let minutes = 0; minutes < 12; minutes++) {
      expect(await asked.kinds([query])).toEqual(['denied']);
      asked.time.at += MINUTE;
    }
    expect(asked.world.count('AssumeRole')).toBe(3);
    asked.trust(MEMBER);
    asked.time.at += 4 * MINUTE;
    expect(await asked.kinds([query])).toEqual(['execution']);
    expect(asked.told).toMatchObject([{ event: 'query_role_denied', account: MEMBER }]);
  });

  test('that cannot be assumed for a moment leaves the answer open', async () => {
    const asked = trusted();
    asked.world.fail(isAssumeRole, internal);
    const query = asked.ran('q1');
    expect(await asked.kinds([query, asked.ran('q2')])).toEqual(['absent', 'absent']);
    asked.time.at += 1_001;
    expect(await asked.kinds([query])).toEqual(['execution']);
    expect(asked.told).toMatchObject([{ event: 'query_role_failed', name: 'InternalFailure' }]);
  });
});

describe('credentials', () => {
  test('are renewed when four fifths of their life are over, and not before', async () => {
    const asked = trusted();
    const query = asked.ran('q1');
    const counts: number[] = [];
    for (const minutes of [0, 47, 0.9, 0.2, 47, 1]) {
      asked.time.at += minutes * MINUTE;
      expect(await asked.kinds([query])).toEqual(['execution']);
      counts.push(asked.world.count('AssumeRole'));
    }
    expect(counts).toEqual([1, 1, 1, 2, 2, 3]);
  });

  test('that are still good serve where new ones are refused, until they expire', async () => {
    const asked = trusted();
    const query = asked.ran('q1');
    expect(await asked.kinds([query])).toEqual(['execution']);
    asked.world.sts.deny(`arn:aws:iam::${MEMBER}:role/audit-lake-query-history`);
    asked.time.at += 50 * MINUTE;
    expect(await asked.kinds([query])).toEqual(['execution']);
    asked.time.at += 6 * MINUTE;
    expect(await asked.kinds([query])).toEqual(['execution']);
    asked.time.at += 5 * MINUTE;
    expect(await asked.kinds([query])).toEqual(['denied']);
    expect(asked.world.count('AssumeRole')).toBe(4);
  });

  test('that AWS calls expired are renewed at once, in the middle of a run', async () => {
    const asked = trusted();
    const queries = asked.ranMany(200);
    asked.world.fail(({ service }) => service === 'athena', expired);
    expect(counted(await asked.kinds(queries))).toEqual({ execution: 200 });
    expect(asked.world.count('AssumeRole')).toBe(2);
    expect(asked.history.calls).toBe(5);
  });

  test('that expire although they are new are not renewed without end', async () => {
    const asked = trusted({ millisPerLogFile: 30_000 });
    asked.world.fail(({ service }) => service === 'athena', expired, { times: Infinity });
    const query = asked.ran('q1');
    expect(await asked.kinds([query])).toEqual(['absent']);
    expect(asked.world.count('AssumeRole')).toBeLessThanOrEqual(3);
    // A second one for new credentials, and those that a place in trouble is tried again with.
    expect(asked.history.calls).toBeLessThanOrEqual(8);
  });

  test('live as long as STS says, where that is less than an hour', async () => {
    const asked = trusted();
    const { sts } = asked.world.clients;
    const query = asked.ran('q1');
    const short = new AskedHistory({
      sts: {
        send: (async (command: never) => {
          const told = (await sts.send(command)) as { Credentials?: { Expiration?: Date } };
          return {
            ...told,
            Credentials: { ...told.Credentials, Expiration: new Date(asked.time.at + 10 * MINUTE) },
          };
        }) as never,
      },
      newClient: (region, credentials) =>
        asked.world.clientsAs({ region, ...(credentials && { credentials }) }).athena,
      time: asked.time,
    });
    for (const [minutes, count] of [
      [0, 1],
      [7, 1],
      [2, 2],
    ] as const) {
      asked.time.at += minutes * MINUTE;
      await asked.time.settle(short.history.lookup([query], 1));
      expect(asked.world.count('AssumeRole')).toBe(count);
    }
  });
});

describe('self', () => {
  test('needs no role, also where its number is listed; who we are is asked once', async () => {
    const asked = new AskedHistory({ accounts: ['self', HOME, MEMBER] });
    asked.trust(MEMBER);
    const queries = [
      asked.ran('q1', { account: HOME }),
      asked.ran('q1'),
      asked.ran('q1', { account: HOME, region: 'us-east-1' }),
    ];
    for (let times = 0; times < 3; times++)
      expect(counted(await asked.kinds(queries))).toEqual({ execution: 3 });
    expect(asked.world.count('GetCallerIdentity')).toBe(1);
    expect(asked.world.count('AssumeRole')).toBe(1);
  });

  test('is no other account: those are denied without a role (T11)', async () => {
    const asked = new AskedHistory({ accounts: ['self'] });
    for (let times = 0; times < 2; times++) expect(await asked.kinds([asked.ran('q1')])).toEqual(['denied']);
    expect(asked.world.calls.map(({ operation }) => operation)).toEqual(['GetCallerIdentity']);
  });

  test('that AWS does not name leaves answers open; listed accounts are asked all the same', async () => {
    const asked = new AskedHistory({ accounts: ['self', MEMBER] });
    asked.trust(MEMBER);
    asked.world.fail(({ operation }) => operation === 'GetCallerIdentity', denied);
    const queries = [asked.ran('q1', { account: HOME }), asked.ran('q1')];
    expect(await asked.kinds(queries)).toEqual(['absent', 'execution']);
    asked.time.at += 1_001;
    expect(await asked.kinds(queries)).toEqual(['execution', 'execution']);
    expect(asked.told).toMatchObject([{ event: 'query_role_failed', account: 'self', region: REGION }]);
  });
});
