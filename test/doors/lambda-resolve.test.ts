import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { denied } from '../support/aws/aws-error.ts';
import { run } from '../support/command-line.ts';
import { invoked, LAKE, LambdaWorld, SOURCE, STATE } from '../support/lambda-world.ts';
import { message, notified } from '../support/notify.ts';
import {
  DAY,
  DENIED,
  EXTERNAL_ID,
  FAR_REGION,
  HOME,
  LISTED,
  MEMBER,
  OTHER,
  QUESTIONS,
  QueryTrail,
  REGION,
  UNLISTED,
} from '../support/query-trail.ts';

const HOUR = DAY / 24;
const ASKING = {
  AWS_REGION: REGION,
  AUDIT_LAKE_DATASETS: 'athena_events',
  AUDIT_LAKE_QUERY_ACCOUNTS: LISTED.join(','),
  AUDIT_LAKE_QUERY_EXTERNAL_ID: EXTERNAL_ID,
};
const NOBODY = { ...ASKING, AUDIT_LAKE_QUERY_ACCOUNTS: '' };
const ALWAYS = { times: Number.POSITIVE_INFINITY };

let lambda: LambdaWorld;
let trail: QueryTrail;
beforeEach(async () => {
  // Handlers and doubles live by this clock; waiting takes its time as ever.
  vi.useFakeTimers({ toFake: ['Date'], shouldAdvanceTime: true });
  lambda = await LambdaWorld.start(ASKING);
  trail = new QueryTrail(lambda.aws);
});
afterEach(async () => {
  vi.useRealTimers();
  await lambda.stop();
});

const pass = (millis: number) => vi.setSystemTime(Date.now() + millis);

/** Delivers what the trail has, and counts calls from here on. */
async function deliver(): Promise<readonly string[]> {
  lambda.aws.calls.length = 0;
  const messages = trail.files().map(({ key, bytes }, at) => {
    lambda.aws.s3.put(SOURCE, key, bytes);
    return message(`m${at}`, notified(lambda.aws, key));
  });
  return await lambda.deliver(messages);
}

/** Delivers it to handlers that may ask nobody, so that all is pending; those that may follow. */
async function deliverUnasked(): Promise<void> {
  await lambda.coldStart(NOBODY);
  expect(await deliver()).toEqual([]);
  await lambda.coldStart(ASKING);
}

/** Id, text and status of each query, as the view shows them to DuckDB. */
async function shown(): Promise<unknown[][]> {
  const sql = 'SELECT query_execution_id, query_text, query_text_status FROM athena_audit_logs ORDER BY 1';
  const { code, out, err } = await run(['query', '--engine', 'duckdb', '--output', 'ndjson', sql]);
  if (code !== 0) throw new Error(err);
  const lines = out.split('\n').filter((line) => line !== '');
  return lines.map((line) => Object.values(JSON.parse(line)));
}

const questions = () => lambda.aws.calls.filter(({ operation }) => QUESTIONS.has(operation)).length;
const details = () => [...lambda.inLake('athena_query_details/').keys()];
/** The EventBridge event of a query, as Athena sends it. */
const changed = (queryExecutionId: string, currentState = 'SUCCEEDED', account = HOME) => ({
  ...{ version: '0', id: 'abcdef00-1234-5678-9abc-def012345678', 'detail-type': 'Athena Query State Change' },
  ...{
    source: 'aws.athena',
    account,
    time: new Date(Date.now()).toISOString(),
    region: REGION,
    resources: [],
  },
  detail: {
    ...{ versionId: '0', currentState, previousState: 'RUNNING', statementType: 'DML' },
    ...{ queryExecutionId, workgroupName: 'primary', sequenceNumber: '3' },
  },
});

describe('the ingest handler with query accounts', () => {
  test('finds the texts of several accounts, and tells of each that is missing why', async () => {
    trail.ran('home');
    trail.ran('far', { account: MEMBER, region: FAR_REGION });
    trail.ran('denied', { account: DENIED });
    trail.started('gone');
    trail.ran('old', { ago: 46 * DAY });
    expect(await deliver()).toEqual([]);
    expect(await shown()).toEqual([
      ['denied', null, 'denied'],
      ['far', "SELECT 'far'", 'resolved'],
      ['gone', null, 'not_found'],
      ['home', "SELECT 'home'", 'resolved'],
      ['old', null, 'expired'],
    ]);
    const done = lambda.log().find(({ message }) => message === 'ingest_done');
    expect(done?.['query_texts']).toEqual({ denied: 1, resolved: 2, not_found: 1, expired: 1 });
  });

  test('tells each obstacle once in the life of an instance', async () => {
    for (const n of [1, 2, 3]) {
      trail.ran(`q${n}`, { account: DENIED });
      await deliver();
    }
    const told = lambda.log().filter(({ message }) => message === 'query_role_denied');
    expect(told).toEqual([
      expect.objectContaining({ account: DENIED, region: REGION, error: 'AccessDenied' }),
    ]);
  });

  test('asks nobody where no account is named', async () => {
    trail.ran('home');
    await deliverUnasked();
    expect(questions()).toBe(0);
    expect(lambda.aws.calls.filter(({ service }) => service === 'sts')).toEqual([]);
    expect(await shown()).toEqual([['home', null, 'pending']]);
  });
});

describe('the resolve handler on a schedule', () => {
  test('asks about a query when its time has come, and ends it once', async () => {
    trail.ran('home');
    trail.ran('member', { account: MEMBER, region: FAR_REGION });
    trail.ran('runs', { account: OTHER, endsAt: Date.now() + 3 * HOUR });
    trail.ran('denied', { account: DENIED });
    await deliverUnasked();
    expect(await lambda.resolve()).toMatchObject({ QueriesAsked: 0 });
    pass(HOUR);
    expect(await lambda.resolve()).toEqual({
      ...{ QueriesAsked: 4, QueriesEnded: 2, QueriesLeftOpen: 2, QueriesNotAsked: 0, QueryTextsResolved: 2 },
      QueryTextsAboutToBeLost: 0,
    });
    expect(await shown()).toEqual([
      ['denied', null, 'pending'],
      ['home', "SELECT 'home'", 'resolved'],
      ['member', "SELECT 'member'", 'resolved'],
      ['runs', null, 'pending'],
    ]);
    pass(12 * HOUR);
    expect(await lambda.resolve()).toMatchObject({ QueriesAsked: 1, QueriesEnded: 1, QueriesLeftOpen: 0 });
    expect((await shown()).at(-1)).toEqual(['runs', "SELECT 'runs'", 'resolved']);
    const asked = questions();
    // What is denied is tried again after a day.
    pass(12 * HOUR);
    expect(await lambda.resolve()).toMatchObject({ QueriesAsked: 1, QueriesLeftOpen: 1 });
    expect(questions()).toBe(asked);
    expect(lambda.dataFiles()).toEqual(lambda.promised());
    expect([...lambda.inLake('_meta/stage/').keys()]).toEqual([]);
    expect(lambda.metric('QueryTextsResolved')).toEqual([0, 2, 1, 0]);
  });

  test('takes whatever is no state change of a query for its schedule', async () => {
    const scheduled = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
    const events = [{}, null, 'text', [], { task: 'resolve' }, scheduled];
    for (const [at, event] of events.entries()) {
      trail.ran(`q${at}`);
      await deliverUnasked();
      pass(HOUR);
      expect([event, await lambda.resolve(event)]).toEqual([
        event,
        expect.objectContaining({ QueriesAsked: 1, QueryTextsResolved: 1 }),
      ]);
    }
  });

  test('stops in order when time runs short, and the next run does the rest', async () => {
    for (let n = 0; n < 230; n++) trail.ran(`q${n}`);
    await deliverUnasked();
    pass(HOUR);
    const short = invoked(() => (questions() > 0 ? 1_000 : 300_000));
    // Nobody waits for the rest of the first 200 either.
    expect(await lambda.resolve({}, short)).toMatchObject({
      ...{ QueriesAsked: 200, QueriesEnded: 50, QueriesLeftOpen: 150 },
    });
    expect(lambda.dataFiles()).toEqual(lambda.promised());
    expect(await lambda.resolve()).toMatchObject({ QueriesAsked: 30, QueryTextsResolved: 30 });
    pass(HOUR);
    expect(await lambda.resolve()).toMatchObject({ QueriesAsked: 150, QueryTextsResolved: 150 });
    expect(questions()).toBe(5);
    expect((await shown()).filter(([, , status]) => status === 'resolved')).toHaveLength(230);
  });

  test('without any time left begins nothing', async () => {
    trail.ran('home');
    await deliverUnasked();
    pass(HOUR);
    expect(
      await lambda.resolve(
        {},
        invoked(() => 0),
      ),
    ).toMatchObject({ QueriesAsked: 0 });
    expect(questions()).toBe(0);
  });

  test.each([
    ['the commit', 'TransactWriteItems', 'AWS_DENIED'],
    ['the bucket of the lake', 'PutObject', 'AWS_DENIED'],
    ['the list of open queries', 'Query', 'AWS_DENIED'],
  ])('access to %s denied fails the run; the next one ends each query once', async (_, operation, code) => {
    for (const n of [1, 2, 3]) trail.ran(`q${n}`);
    await deliverUnasked();
    pass(HOUR);
    const fault = lambda.aws.fail((call) => call.operation === operation, denied, ALWAYS);
    await expect(lambda.resolve()).rejects.toMatchObject({ code });
    expect(fault.met).toBeGreaterThan(0);
    fault.stop();
    pass(HOUR);
    expect(await lambda.resolve()).toMatchObject({ QueriesAsked: 3, QueryTextsResolved: 3 });
    // What Athena told was learned before anything else: nothing is asked twice.
    expect(questions()).toBe(1);
    expect((await shown()).map(([, , status]) => status)).toEqual(['resolved', 'resolved', 'resolved']);
  });

  test('what was committed and not published the hourly run of maintenance publishes', async () => {
    trail.ran('home');
    await deliverUnasked();
    pass(HOUR);
    const fault = lambda.aws.fail(
      ({ operation, input }) => operation === 'PutObject' && String(input['Key']).endsWith('.parquet'),
      denied,
      ALWAYS,
    );
    await expect(lambda.resolve()).rejects.toMatchObject({ code: 'AWS_DENIED' });
    fault.stop();
    expect(details()).toEqual([]);
    pass(3 * HOUR);
    await lambda.maintain({ task: 'reconcile' });
    expect(details()).toHaveLength(1);
    expect(await lambda.resolve()).toMatchObject({ QueriesAsked: 0 });
    expect(await shown()).toEqual([['home', "SELECT 'home'", 'resolved']]);
  });
});

describe('accounts that nobody named', () => {
  test.each([
    ['numbers', MEMBER],
    ['self too, by a new instance', `self,${MEMBER}`],
  ])('named are %s: other queries wait, counted, and warned of once a run', async (_, named) => {
    trail.ran('member', { account: MEMBER });
    trail.ran('one', { account: UNLISTED });
    trail.ran('two', { account: UNLISTED });
    await deliverUnasked();
    await lambda.coldStart({ ...ASKING, AUDIT_LAKE_QUERY_ACCOUNTS: named });
    pass(HOUR);
    for (const asked of [1, 0]) {
      const { length } = lambda.log();
      expect(await lambda.resolve()).toEqual({
        ...{ QueriesAsked: asked, QueriesEnded: asked, QueriesLeftOpen: 0 },
        ...{ QueriesNotAsked: 2, QueryTextsResolved: asked, QueryTextsAboutToBeLost: 0 },
      });
      const warnings = lambda
        .log()
        .slice(length)
        .filter(({ level }) => level === 'WARN')
        .filter(({ message }) => message !== 'endpoint_in_place_of_aws');
      expect(warnings).toEqual([
        expect.objectContaining({
          message: 'queries_of_accounts_not_named',
          reason: expect.stringMatching(/^2 open queries: .*query_accounts/),
        }),
      ]);
    }
    expect(lambda.metric('QueriesNotAsked')).toEqual([2, 2]);
    // Named at last.
    lambda.aws.sts.createRole(`arn:aws:iam::${UNLISTED}:role/audit-lake-query-history`);
    await lambda.coldStart({ ...ASKING, AUDIT_LAKE_QUERY_ACCOUNTS: UNLISTED });
    expect(await lambda.resolve()).toMatchObject({ QueriesNotAsked: 0, QueryTextsResolved: 2 });
  });

  test('what Athena has forgotten is ended all the same', async () => {
    trail.ran('one', { account: UNLISTED, ago: 40 * DAY });
    await deliverUnasked();
    pass(6 * DAY);
    expect(await lambda.resolve()).toMatchObject({ QueriesEnded: 1, QueriesNotAsked: 0 });
    expect(await shown()).toEqual([['one', null, 'expired']]);
  });
});

test('QueryTextsResolved counts texts that were told and withheld', async () => {
  const settings = { AUDIT_LAKE_QUERY_TEXT: 'off' };
  await lambda.coldStart({ ...NOBODY, ...settings });
  trail.ran('home');
  expect(await deliver()).toEqual([]);
  // The lake says how texts are kept.
  await lambda.coldStart({ ...ASKING, AUDIT_LAKE_QUERY_TEXT: '' });
  pass(HOUR);
  expect(await lambda.resolve()).toMatchObject({ QueriesEnded: 1, QueryTextsResolved: 1 });
  expect(await shown()).toEqual([['home', null, 'withheld']]);
});

describe('the event "Athena Query State Change"', () => {
  test('makes the query due, and the next run on the schedule ends it', async () => {
    trail.ran('home', { endsAt: Date.now() + 30_000 });
    trail.ran('other', { endsAt: Date.now() + 30_000 });
    await deliver();
    pass(31_000);
    expect(await lambda.resolve(changed('home'))).toEqual({ woken: true });
    expect(await lambda.resolve()).toMatchObject({ QueriesAsked: 1, QueriesEnded: 1 });
    expect(await lambda.resolve(changed('home'))).toEqual({ woken: false });
  });

  test('wakes nothing where the query goes on, is not known, or ran elsewhere, or the event is damaged', async () => {
    trail.ran('home', { endsAt: Date.now() + 30_000 });
    await deliver();
    const { account: _, ...nameless } = changed('home');
    for (const event of [
      ...[changed('home', 'RUNNING'), changed('home', 'QUEUED'), changed('unknown')],
      ...[changed('home', 'SUCCEEDED', MEMBER), changed('home#OPEN'), changed(''), nameless],
      ...[
        { ...changed('home'), detail: {} },
        { ...changed('home'), time: 'never' },
      ],
      ...[
        { ...changed('home'), account: '#' },
        { ...changed('home'), source: 'somebody.else' },
      ],
    ]) {
      expect([event, await lambda.resolve(event)]).toEqual([event, { woken: false }]);
    }
    const asked = questions();
    expect(await lambda.resolve()).toMatchObject({ QueriesAsked: 0 });
    expect(questions()).toBe(asked);
  });
});

describe('deadlines', () => {
  test('are metrics for each account, and a warning where it is three days', async () => {
    for (const [id, days] of [
      ['a', 43],
      ['b', 43],
      ['c', 40],
      ['d', 33],
      ['e', 1],
    ] as const) {
      trail.ran(id, { account: DENIED, ago: days * DAY });
    }
    trail.ran('m', { account: MEMBER, ago: 40 * DAY });
    lambda.aws.athenaIn(MEMBER, REGION).denied = true;
    await deliver();
    await lambda.resolve();
    const told = (days: number) =>
      lambda
        .metricLines(`QueryTextsLostIn${days}Days`)
        .map((line) => [line['account'], line[`QueryTextsLostIn${days}Days`]]);
    expect(told(3)).toEqual([[DENIED, 2]]);
    expect(told(7)).toEqual([
      [DENIED, 3],
      [MEMBER, 1],
    ]);
    expect(told(14)).toEqual([
      [DENIED, 4],
      [MEMBER, 1],
    ]);
    const [line] = lambda.metricLines('QueryTextsLostIn3Days');
    expect(line).toMatchObject({
      _aws: {
        CloudWatchMetrics: [
          {
            Namespace: 'AuditLake',
            Dimensions: [['service', 'account']],
            Metrics: [{ Name: 'QueryTextsLostIn3Days', Unit: 'Count' }],
          },
        ],
      },
    });
    const warnings = lambda.log().filter(({ message }) => message === 'query_texts_about_to_be_lost');
    expect(warnings).toEqual([expect.objectContaining({ level: 'WARN', account: DENIED, in_3_days: 2 })]);
  });

  test('are told of the 100 most urgent accounts: whoever writes to the trail can make accounts up', async () => {
    const accountOf = (n: number) => String(200_000_000_000 + n);
    for (let n = 0; n < 110; n++) trail.ran(`q${n}`, { account: accountOf(n), ago: 40 * DAY });
    // The most urgent ones have the last numbers.
    for (let n = 100; n < 110; n++) trail.ran(`urgent${n}`, { account: accountOf(n), ago: 43 * DAY });
    await deliverUnasked();
    const named = Array.from({ length: 110 }, (_, n) => accountOf(n)).join(',');
    await lambda.coldStart({ ...ASKING, AUDIT_LAKE_QUERY_ACCOUNTS: named });
    await lambda.resolve();
    const told = lambda.metricLines('QueryTextsLostIn7Days').map((line) => line['account']);
    const urgent = Array.from({ length: 10 }, (_, n) => accountOf(100 + n));
    expect(new Set(told).size).toBe(100);
    expect(told).toHaveLength(100);
    expect(told.slice(0, 10).sort()).toEqual(urgent);
    expect(lambda.log().filter(({ message }) => message === 'query_texts_about_to_be_lost')).toHaveLength(10);
  });

  test.each([
    ['all of them, where there is time to count', 10_000, 180],
    ['at least those that it came to, where there is none', 1_000, 150],
  ])('are told by a run that was cut short: %s', async (_, millis, about) => {
    for (let n = 0; n < 230; n++) trail.ran(`q${n}`, { ago: 43 * DAY });
    await deliverUnasked();
    pass(HOUR);
    const short = invoked(() => (questions() > 0 ? millis : 300_000));
    expect(await lambda.resolve({}, short)).toMatchObject({
      ...{ QueriesAsked: 200, QueriesEnded: 50, QueryTextsAboutToBeLost: about },
    });
    expect(lambda.metric('QueryTextsLostIn3Days')).toEqual([about]);
    expect(lambda.metric('QueryTextsAboutToBeLost')).toEqual([about]);
    // Those that were told in this run are lost no more.
    await lambda.resolve();
    expect(lambda.metric('QueryTextsAboutToBeLost')).toEqual([about, 150]);
    pass(HOUR);
    await lambda.resolve();
    expect(lambda.metric('QueryTextsAboutToBeLost')).toEqual([about, 150, 0]);
  });

  test('are told by a run that fails', async () => {
    for (let n = 0; n < 230; n++) trail.ran(`q${n}`, { ago: 43 * DAY });
    await deliverUnasked();
    pass(HOUR);
    const fault = lambda.aws.fail(({ operation }) => operation === 'TransactWriteItems', denied, ALWAYS);
    await expect(lambda.resolve()).rejects.toMatchObject({ code: 'AWS_DENIED' });
    fault.stop();
    expect(lambda.metric('QueryTextsAboutToBeLost')).toEqual([230]);
  });

  test('of accounts that nobody named, or that cannot be any, ring no alarm: they are warned of', async () => {
    trail.ran('one', { account: UNLISTED, ago: 43 * DAY });
    trail.ran('two', { account: 'nobody', ago: 43 * DAY });
    trail.ran('denied', { account: DENIED, ago: 43 * DAY });
    await deliver();
    pass(HOUR);
    expect(await lambda.resolve()).toMatchObject({ QueriesNotAsked: 2, QueryTextsAboutToBeLost: 1 });
    expect(lambda.metricLines('QueryTextsLostIn3Days').map(({ account }) => account)).toEqual([DENIED]);
    const warned = lambda.log().filter(({ message }) => message === 'queries_of_accounts_not_named');
    expect(warned).toEqual([expect.objectContaining({ level: 'WARN' })]);
  });
});

describe('bad settings', () => {
  test.each([
    ['a lake in a folder', { AUDIT_LAKE_LAKE: './lake' }, 'USAGE'],
    ['no lake', { AUDIT_LAKE_LAKE: '' }, 'USAGE'],
    ['an account of 11 digits', { AUDIT_LAKE_QUERY_ACCOUNTS: '11112222333' }, 'USAGE'],
    ['hash without a key', { AUDIT_LAKE_QUERY_TEXT: 'hash' }, 'USAGE'],
    ['a misspelt variable', { AUDIT_LAKE_QUERY_ACOUNTS: 'self' }, 'USAGE'],
    ['another text mode than the lake has', { AUDIT_LAKE_QUERY_TEXT: 'masked' }, 'TEXT_MODE'],
    ['a state table that is not there', { AUDIT_LAKE_STATE_TABLE: 'nowhere' }, 'LAKE_MISSING'],
    ['the state of another lake', { AUDIT_LAKE_LAKE: `s3://${LAKE}/other` }, 'LAKE_FORMAT'],
  ])('%s fails each invocation, and nobody is asked', async (_, settings, code) => {
    trail.ran('home');
    await deliverUnasked();
    await lambda.coldStart({ ...ASKING, ...settings });
    pass(HOUR);
    const items = JSON.stringify(lambda.aws.dynamodb.items(STATE));
    for (const event of [{}, changed('home')]) {
      await expect(lambda.resolve(event)).rejects.toMatchObject({ code });
    }
    expect(questions()).toBe(0);
    expect(JSON.stringify(lambda.aws.dynamodb.items(STATE))).toBe(items);
  });
});
