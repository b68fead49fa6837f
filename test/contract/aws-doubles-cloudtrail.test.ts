import {
  type CloudTrailClient,
  LookupEventsCommand,
  type LookupEventsCommandInput,
  paginateLookupEvents,
} from '@aws-sdk/client-cloudtrail';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AwsWorld } from '../support/aws/aws-world.ts';
import type { CloudTrailDouble } from '../support/aws/cloudtrail-double.ts';
import { FACES, type OpenFace } from '../support/aws/faces.ts';

const ACCOUNT = '444455556666';
const REGION = 'us-east-1';
const START = Date.UTC(2026, 0, 9, 12);
const DAY = 86_400_000;
const BY_SOURCE = [{ AttributeKey: 'EventSource' as const, AttributeValue: 'athena.amazonaws.com' }];

describe.each(FACES)('the double of CloudTrail, $name', ({ open }) => {
  let now = START;
  let world: AwsWorld;
  let trail: CloudTrailDouble;
  let cloudtrail: CloudTrailClient;
  let face: OpenFace;

  beforeEach(async () => {
    now = START;
    world = new AwsWorld({ now: () => now, region: 'eu-central-1' });
    trail = world.cloudtrailIn(ACCOUNT, REGION);
    face = await open(world);
    cloudtrail = face.clientsAs({ region: REGION, credentials: world.sts.keysOf(ACCOUNT) }).cloudtrail;
  });
  afterEach(() => face.close());

  /** So many seconds before the world began. */
  const ago = (seconds: number) => new Date(START - seconds * 1000);
  const recordOf = (id: string, seconds: number, more: object = {}) => ({
    ...{ eventID: id, eventName: 'StartQueryExecution', eventSource: 'athena.amazonaws.com' },
    eventTime: ago(seconds).toISOString().replace('.000', ''),
    ...more,
  });
  const record = (id: string, seconds: number, more: object = {}) =>
    trail.record(recordOf(id, seconds, more));
  const lookup = (input: LookupEventsCommandInput = {}) => cloudtrail.send(new LookupEventsCommand(input));
  const idsOf = async (input: LookupEventsCommandInput = {}) =>
    (await lookup(input)).Events?.map(({ EventId }) => EventId);

  test('shows an event with its record as text', async () => {
    const userIdentity = {
      type: 'AssumedRole',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/analyst/jane`,
      accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    };
    const event = recordOf('e1', 0, { readOnly: false, userIdentity, requestParameters: { a: 'ü' } });
    trail.record(event);
    const { Events = [], NextToken } = await lookup();
    expect(NextToken).toBeUndefined();
    expect(Events).toMatchObject([
      {
        ...{ EventId: 'e1', EventName: 'StartQueryExecution', EventSource: 'athena.amazonaws.com' },
        ...{ EventTime: ago(0), Username: 'jane', ReadOnly: 'false', AccessKeyId: 'ASIAIOSFODNN7EXAMPLE' },
      },
    ]);
    expect(JSON.parse(Events[0]?.CloudTrailEvent ?? '')).toEqual(event);
  });

  test('names users as CloudTrail does, and shows otherwise what a test wants', async () => {
    record('root', 1, { userIdentity: { type: 'Root', arn: `arn:aws:iam::${ACCOUNT}:root` } });
    record('user', 2, { userIdentity: { type: 'IAMUser', userName: 'jane' } });
    record('none', 3);
    trail.record(recordOf('broken', 4), { CloudTrailEvent: '{"broken' });
    const { Events = [] } = await lookup();
    expect(Events.map(({ Username }) => Username)).toEqual(['root', 'jane', undefined, undefined]);
    expect(Events[3]?.CloudTrailEvent).toBe('{"broken');
  });

  test('shows the newest first, and forgets after 90 days', async () => {
    for (const [id, seconds] of [
      ...([
        ['b', 5],
        ['c', 1],
        ['a', 60],
      ] as const),
    ])
      record(id, seconds);
    record('d', 1);
    expect(await idsOf()).toEqual(['d', 'c', 'b', 'a']);
    now += 90 * DAY - 5000;
    expect(await idsOf()).toEqual(['d', 'c', 'b']);
    now += 1;
    expect(await idsOf()).toEqual(['d', 'c']);
  });

  test('keeps to a range of time whose bounds belong to it', async () => {
    for (const seconds of [1, 2, 3, 4]) record(`e${seconds}`, seconds);
    expect(await idsOf({ StartTime: ago(3), EndTime: ago(2) })).toEqual(['e2', 'e3']);
    expect(await idsOf({ StartTime: ago(2) })).toEqual(['e1', 'e2']);
    expect(await idsOf({ EndTime: ago(4) })).toEqual(['e4']);
    expect(await idsOf({ StartTime: ago(3), EndTime: ago(3) })).toEqual(['e3']);
    await expect(lookup({ StartTime: ago(1), EndTime: ago(2) })).rejects.toMatchObject({
      name: 'InvalidTimeRangeException',
    });
  });

  test('looks for one attribute at most', async () => {
    record('athena', 1, { readOnly: true });
    record('get', 2, { eventName: 'GetWorkGroup', readOnly: false });
    record('s3', 3, { eventSource: 's3.amazonaws.com', eventName: 'CreateBucket' });
    const by = (AttributeKey: 'EventSource' | 'EventName' | 'ReadOnly', AttributeValue: string) =>
      idsOf({ LookupAttributes: [{ AttributeKey, AttributeValue }] });
    expect(await idsOf({ LookupAttributes: BY_SOURCE })).toEqual(['athena', 'get']);
    expect(await by('EventName', 'CreateBucket')).toEqual(['s3']);
    expect(await by('ReadOnly', 'true')).toEqual(['athena']);
    const invalid = { name: 'InvalidLookupAttributesException' };
    await expect(idsOf({ LookupAttributes: [...BY_SOURCE, ...BY_SOURCE] })).rejects.toMatchObject(invalid);
    await expect(by('EventName', '')).rejects.toMatchObject(invalid);
  });

  test('refuses loudly what it does not know', async () => {
    await expect(lookup({ EventCategory: 'insight' })).rejects.toThrow(/does not know the member/);
    const LookupAttributes = [{ AttributeKey: 'Username' as const, AttributeValue: 'jane' }];
    await expect(lookup({ LookupAttributes })).rejects.toThrow(/does not know the lookup attribute/);
  });

  test('gives pages of 50 or fewer', async () => {
    for (let at = 0; at < 101; at++) record(`e${at}`, at);
    const pages: unknown[] = [];
    for await (const { Events } of paginateLookupEvents(
      { client: cloudtrail },
      { LookupAttributes: BY_SOURCE, StartTime: ago(200) },
    ))
      pages.push(Events?.length);
    expect(pages).toEqual([50, 50, 1]);
    expect(await idsOf({ MaxResults: 2 })).toEqual(['e0', 'e1']);
    trail.pageSize = 1;
    expect(await idsOf()).toEqual(['e0']);
    for (const MaxResults of [0, 51])
      await expect(lookup({ MaxResults })).rejects.toMatchObject({ name: 'InvalidMaxResultsException' });
  });

  test('loses and doubles nothing between pages where events come in meanwhile', async () => {
    for (const seconds of [4, 2, 2, 6]) record(`e${seconds}`, seconds);
    trail.pageSize = 2;
    const { Events, NextToken } = await lookup({ LookupAttributes: BY_SOURCE });
    record('late', 5);
    record('new', 0);
    const rest = await lookup({ LookupAttributes: BY_SOURCE, NextToken });
    const ids = [...(Events ?? []), ...(rest.Events ?? [])].map(({ EventId }) => EventId);
    expect(ids).toEqual(['e2', 'e2', 'e4', 'late']);
  });

  test('takes a token only with the parameters that it was made for', async () => {
    for (const seconds of [1, 2, 3]) record(`e${seconds}`, seconds);
    const question = { LookupAttributes: BY_SOURCE, StartTime: ago(9), MaxResults: 1 };
    const { NextToken } = await lookup(question);
    expect(await idsOf({ ...question, NextToken })).toEqual(['e2']);
    for (const other of [
      { ...question, StartTime: ago(8), NextToken },
      { ...question, LookupAttributes: [], NextToken },
      { ...question, EndTime: ago(0), NextToken },
      { ...question, NextToken: 'made up' },
    ])
      await expect(lookup(other)).rejects.toMatchObject({
        name: 'InvalidNextTokenException',
        $metadata: { httpStatusCode: 400 },
      });
  });

  test('answers two calls a second in a place, if it is strict', async () => {
    trail.strictRate = true;
    await lookup();
    now += 999;
    await lookup();
    await expect(lookup()).rejects.toMatchObject({
      name: 'ThrottlingException',
      $metadata: { httpStatusCode: 400 },
    });
    await face.clients.cloudtrail.send(new LookupEventsCommand({}));
    now += 1;
    await lookup();
    trail.strictRate = false;
    await lookup();
  });
});
