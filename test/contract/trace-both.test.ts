import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lakeActivity } from '../../src/adapters/lake-activity.js';
import { identityCells } from '../../src/datasets/identity.js';
import { traceActivity } from '../../src/jobs/trace-activity.js';
import type { ActivityLog } from '../../src/ports/activity-log.js';
import { subjectOf } from '../../src/trace/subject-of.js';
import type { TraceRow } from '../../src/trace/trace-row.js';
import { type DemoLake, demoLake } from '../support/questions/demo-lake.ts';
import { TRAIL } from '../support/raw-world.ts';
import { readable, TraceWorld } from '../support/trace-world.ts';

const AS_OF = Date.UTC(2026, 10, 1, 12);
const DAY = 86_400_000;

let lake: DemoLake;
let world: TraceWorld;
beforeAll(async () => {
  lake = await demoLake(AS_OF);
  const files = readable(lake.trail.files);
  const root = `s3://${TRAIL}/${/^.*?(?=\d{12}\/CloudTrail\/)/.exec(files[0]?.key ?? '')?.[0]}`;
  world = await new TraceWorld(files, root).register();
});
afterAll(() => lake.close());

async function told(log: ActivityLog, who: string, days: number) {
  const period = { from: AS_OF - days * DAY, to: AS_OF };
  const { chains, rows, unseen } = await traceActivity({ subject: subjectOf(who), period }, log);
  const events: TraceRow[] = [];
  for await (const some of rows) events.push(...some);
  await log.close();
  const byId = (a: TraceRow, b: TraceRow) => a.at - b.at || ((a.eventId ?? '') < (b.eventId ?? '') ? -1 : 1);
  const tree = chains
    .tree()
    .map(({ grant }) => grant)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return { events: events.sort(byId), tree, unseen: unseen() };
}

test('a key that went on in the console is followed there, also from before the period, over the raw table', async () => {
  const identity = { type: 'AssumedRole', arn: 'arn:aws:sts::111122223333:assumed-role/it/x' };
  const record = (eventID: string, hoursAgo: number, more: object) => ({
    ...{ eventID, eventVersion: '1.11', awsRegion: 'us-east-1', recipientAccountId: '111122223333' },
    ...{ eventTime: new Date(AS_OF - hoursAgo * 3_600_000).toISOString().replace('.000', '') },
    ...{ eventSource: 's3.amazonaws.com', eventName: 'ListBuckets', ...more },
  });
  const by = (accessKeyId: string) => ({ userIdentity: { ...identity, accessKeyId } });
  const answer = (accessKeyId: string) => ({ responseElements: { credentials: { accessKeyId } } });
  const records = [
    record('given', 26, {
      ...{ eventSource: 'sts.amazonaws.com', eventName: 'AssumeRole', ...answer('ASIASTOLENKEXAMPLE1') },
      userIdentity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
    }),
    record('console', 25, {
      ...{ eventSource: 'signin.amazonaws.com', eventName: 'GetSigninToken' },
      ...by('ASIASTOLENKEXAMPLE1'),
      ...answer('ASIACONSOLEXAMPLE1'),
    }),
    record('in-console', 2, by('ASIACONSOLEXAMPLE1')),
    record('other', 2, by('ASIASOMEBODYEXAMPLE')),
  ];
  const files = ['2026/10/31', '2026/11/01'].map((day) => ({
    key: `AWSLogs/o-exampleorg1/111122223333/CloudTrail/us-east-1/${day}/111122223333_CloudTrail_us-east-1_x.json.gz`,
    records: records.filter((it) => it.eventTime.startsWith(day.replaceAll('/', '-'))),
  }));
  const stolen = await new TraceWorld(files, `s3://${TRAIL}/AWSLogs/o-exampleorg1/`).register();
  const { events, tree } = await told(stolen.open(), 'ASIASTOLENKEXAMPLE1', 1);
  expect(events.map(({ eventId }) => eventId)).toEqual(['given', 'console', 'in-console']);
  expect(events.at(-1)?.via).toBe('ec2.amazonaws.com > session token > console');
  expect(tree.map(({ how }) => how)).toEqual(['GetSigninToken', 'AssumeRole']);
});

describe('a trace over the raw table tells what one over a lake tells', () => {
  const planted = [
    ...[
      'bob',
      'BOB',
      'devops',
      'it',
      'Deploy',
      'job/deploy',
      'job-4711',
      'paulo.santos@example.com',
      'nikki.wolf',
    ],
    ...['li.juan@example.com', '5448a4e8-30b1-70cf-23e3-4ba6510dfa22', 'training-admin', 'nobody', 'root'],
    ...['arn:aws:iam::111122223333:role/devops', 'arn:aws:iam::444455556666:role/Deploy'],
    ...['arn:aws:iam::111122223333:user/bob', 'arn:aws:sts::111122223333:assumed-role/devops/bob'],
    ...['AKIABOBIIIIIIEXAMPLE', 'ASIABOBCHAINAEXAMPLE', 'ASIABOBITLOSTEXAMPLE', 'ASIANIKKIFEDAEXAMPLE'],
  ];

  test.each(planted)('of %s', async (who) => {
    const [raw, inLake] = [
      await told(world.open(), who, 9),
      await told(lakeActivity(lake.engine, 10_001), who, 9),
    ];
    expect(raw).toEqual(inLake);
    if (who !== 'nobody') expect(raw.events.length).toBeGreaterThan(0);
  });

  test('of everybody else in the trail, for two days', async () => {
    const records = world.files.flatMap(({ records: all }) => all);
    const names = new Set(records.map((it) => identityCells(it)['user_name']));
    const people = [...names].filter((it): it is string => typeof it === 'string').slice(0, 12);
    for (const who of people) {
      const [raw, inLake] = [
        await told(world.open(), who, 2),
        await told(lakeActivity(lake.engine, 10_001), who, 2),
      ];
      expect(raw, who).toEqual(inLake);
    }
  });
});
