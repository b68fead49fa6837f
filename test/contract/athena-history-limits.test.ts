import { describe, expect, test } from 'vitest';
import { AskedHistory, counted, HOME, MEMBER, REGION } from '../support/asked-history.ts';
import type { AwsCall } from '../support/aws/aws-call.ts';
import { AwsError, denied, internal, throttled } from '../support/aws/aws-error.ts';

const isAthena = ({ service }: AwsCall) => service === 'athena';
const MINUTE = 60_000;

function trusted(options?: ConstructorParameters<typeof AskedHistory>[0]): AskedHistory {
  const asked = new AskedHistory(options);
  asked.trust(MEMBER);
  return asked;
}

/** Chance that repeats itself: from 0 to 1. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('patience', () => {
  test('ends a look-up: what there was no time for is absent', async () => {
    const asked = trusted({ rate: 1 });
    const queries = asked.ranMany(500);
    const begun = asked.time.at;
    const kinds = counted(await asked.kinds(queries, 2));
    expect(asked.time.at - begun).toBeLessThanOrEqual(4_000);
    expect(kinds).toEqual({ execution: 200, absent: 300 });
  });

  test('grows with the log files, and never past the moment that the caller names', async () => {
    let until = Number.POSITIVE_INFINITY;
    const asked = trusted({ rate: 1, until: () => until });
    const queries = asked.ranMany(500);
    expect(counted(await asked.kinds(queries, 100))).toEqual({ execution: 500 });
    asked.time.at += MINUTE;
    const begun = asked.time.at;
    until = begun + 1_500;
    expect(counted(await asked.kinds(queries, 100))).toEqual({ execution: 100, absent: 400 });
    expect(asked.time.at).toBeLessThanOrEqual(until);
    until = asked.time.at - 1;
    expect(counted(await asked.kinds(queries, 100))).toEqual({ absent: 500 });
  });

  test.each([
    ['for a turn', { rate: 1 }, undefined],
    ['for a place in trouble', { rate: 100 }, throttled],
  ])('ends within a second of a stop, while it waits %s', async (_, options, outcome) => {
    let isStopped = false;
    const until = () => (isStopped ? 0 : Number.POSITIVE_INFINITY);
    const asked = trusted({ ...options, until, millisPerLogFile: 400_000 });
    const queries = asked.ranMany(5_000);
    if (outcome) asked.world.fail(isAthena, outcome, { times: Infinity });
    const begun = asked.time.at;
    const stop = asked.time.pause(20_500).then(() => {
      isStopped = true;
    });
    const counts = counted(await asked.kinds(queries));
    await stop;
    expect(asked.time.at - begun).toBeGreaterThanOrEqual(20_500);
    expect(asked.time.at - begun).toBeLessThanOrEqual(21_600);
    expect(counts).toEqual(outcome ? { absent: 5_000 } : { execution: 1_050, absent: 3_950 });
    expect(asked.told.map(({ name }) => name)).not.toContain('too_slow');
  });

  test('is not lost to a clock that is set back while a place is in trouble', async () => {
    const asked = trusted();
    asked.world.fail(isAthena, throttled, { times: 4 });
    const query = asked.ran('q1');
    expect(await asked.kinds([query])).toEqual(['absent']);
    asked.time.at -= 60 * MINUTE;
    const begun = asked.time.at;
    while ((await asked.kinds([query])).includes('absent')) asked.time.at += 10_000;
    // The longest of a breaker, and of a pause.
    expect(asked.time.at - begun).toBeLessThanOrEqual(60_000 + 20_000 + 10_000);
  });

  test('of none asks nobody', async () => {
    const asked = trusted({ millisPerLogFile: 0 });
    expect(await asked.kinds([asked.ran('q1')])).toEqual(['absent']);
    expect(asked.world.calls).toEqual([]);
  });

  test('is not spent on a Region that never answers: the others are told, and the next look-up leaves it out', async () => {
    const asked = trusted({ latency: ({ region }) => (region === 'us-east-1' ? 3_600_000 : 100) });
    const slow = asked.ran('slow', { region: 'us-east-1' });
    const others = ['eu-west-1', 'eu-west-2'].map((region) => asked.ran('q', { region }));
    const begun = asked.time.at;
    expect(await asked.kinds([slow, ...others])).toEqual(['absent', 'execution', 'execution']);
    expect(asked.time.at - begun).toBe(2_000);
    expect(await asked.kinds([slow, ...others])).toEqual(['absent', 'execution', 'execution']);
    expect(asked.time.at - begun).toBeLessThanOrEqual(2_300);
    expect(asked.told).toMatchObject([
      { event: 'query_history_failed', region: 'us-east-1', name: 'too_slow' },
    ]);
  });

  test('is not spent on a token service that never answers', async () => {
    const asked = trusted({ sts: { send: () => new Promise(() => undefined) } });
    const begun = asked.time.at;
    expect(await asked.kinds([asked.ran('q1')])).toEqual(['absent']);
    expect(asked.time.at - begun).toBe(2_000);
  });
});

describe('throttling', () => {
  test('of nine calls in ten for an hour gives less and less calls, and all texts in the end (E1)', async () => {
    const asked = trusted({ rate: 5 });
    asked.time.random = chance(7);
    const fault = chance(8);
    const hour = asked.world.fail((call) => isAthena(call) && fault() < 0.9, throttled, { times: Infinity });
    const begun = asked.time.at;
    let open = asked.ranMany(3_000);
    while (asked.time.at < begun + 60 * MINUTE) {
      const before = asked.time.at;
      const kinds = await asked.kinds(open);
      expect(asked.time.at - before).toBeLessThanOrEqual(2_000);
      open = open.filter((_, at) => kinds[at] === 'absent');
      asked.time.at += 10_000;
    }
    expect(asked.history.calls).toBeLessThanOrEqual(0.2 * 3_600 + 100);
    hour.stop();
    for (let times = 0; times < 60 && open.length > 0; times++) {
      const kinds = await asked.kinds(open);
      open = open.filter((_, at) => kinds[at] === 'absent');
      asked.time.at += 10_000;
    }
    expect(open).toEqual([]);
  });

  test('in one Region holds up no other', async () => {
    const asked = trusted();
    asked.world.fail(({ region, service }) => service === 'athena' && region === 'us-east-1', throttled, {
      times: Infinity,
    });
    const busy = asked.ran('busy', { region: 'us-east-1' });
    const others = asked.ranMany(100, { region: 'eu-west-1' });
    expect(counted(await asked.kinds([busy, ...others]))).toEqual({ absent: 1, execution: 100 });
    expect(asked.calls('BatchGetQueryExecution').filter(({ region }) => region === 'eu-west-1')).toHaveLength(
      2,
    );
  });

  test('of many calls in a row costs a patient look-up some time, and no query', async () => {
    const asked = trusted({ rate: 5 });
    const queries = asked.ranMany(1_000);
    asked.world.fail(isAthena, throttled, { times: 6 });
    const begun = asked.time.at;
    expect(counted(await asked.kinds(queries, 200))).toEqual({ execution: 1_000 });
    expect(asked.history.calls).toBe(6 + 20);
    expect(asked.time.at - begun).toBeLessThanOrEqual(40_000);
  });

  test('of four calls in a row ends an impatient look-up, and the next one at once', async () => {
    const asked = trusted();
    const queries = asked.ranMany(1_000);
    asked.world.fail(isAthena, throttled, { times: 4 });
    for (let times = 0; times < 2; times++) {
      const begun = asked.time.at;
      expect(counted(await asked.kinds(queries))).toEqual({ absent: 1_000 });
      expect(asked.time.at - begun).toBeLessThanOrEqual(times === 0 ? 1_000 : 0);
      expect(asked.history.calls).toBe(4);
    }
  });

  test('without end in more places than are asked side by side leaves half of patience to the others', async () => {
    const asked = trusted({ millisPerLogFile: 100_000 });
    const isBusy = ({ region, service }: AwsCall) => service === 'athena' && region !== REGION;
    asked.world.fail(isBusy, throttled, { times: Infinity });
    const regions = Array.from({ length: 40 }, (_, at) => `us-east-${at + 1}`);
    const busy = regions.map((region) => asked.ran('busy', { region }));
    const begun = asked.time.at;
    const kinds = await asked.kinds([...busy, ...asked.ranMany(100)]);
    expect(counted(kinds)).toEqual({ absent: 40, execution: 100 });
    expect(asked.time.at - begun).toBeLessThanOrEqual(60_000);
  });

  test('for a moment costs a second call and nothing else', async () => {
    const asked = trusted();
    asked.world.fail(isAthena, throttled);
    expect(await asked.kinds([asked.ran('q1')])).toEqual(['execution']);
    expect(asked.history.calls).toBe(2);
  });
});

describe('failures', () => {
  test.each([
    ['of the service', internal],
    ['of the network', 'not done' as const],
    ['of a kind that nobody knows', new AwsError('SomethingNewException', 'odd', { status: 503 })],
  ])('%s are answered by nothing, told once, and tried less and less', async (_, outcome) => {
    const asked = trusted();
    const broken = asked.world.fail(isAthena, outcome, { times: Infinity });
    const query = asked.ran('q1');
    expect(await asked.kinds([query])).toEqual(['absent']);
    expect(asked.history.calls).toBe(4);
    // At once: the next bundle waits for nobody.
    const before = asked.time.at;
    expect(await asked.kinds([query])).toEqual(['absent']);
    expect([asked.history.calls, asked.time.at]).toEqual([4, before]);
    for (let seconds = 0; seconds < 600; seconds += 10) {
      asked.time.at += 10_000;
      expect(await asked.kinds([query])).toEqual(['absent']);
    }
    // After 1, 2, 4 ... 60 seconds, one call each.
    expect(asked.history.calls).toBeLessThanOrEqual(4 + 6 + 10);
    expect(asked.told).toHaveLength(1);
    broken.stop();
    asked.time.at += MINUTE;
    expect(await asked.kinds([query])).toEqual(['execution']);
  });

  test('of a request that is wrong say nothing of the query, and do not open the breaker', async () => {
    const asked = trusted();
    asked.world.fail(isAthena, new AwsError('InvalidRequestException', 'no'), { times: 2 });
    const query = asked.ran('q1');
    expect(await asked.kinds([query])).toEqual(['absent']);
    expect(await asked.kinds([query])).toEqual(['execution']);
  });
});

describe('denials', () => {
  test('of a whole place answer for all its queries; for five minutes nobody is asked, then one is', async () => {
    const asked = trusted();
    const queries = asked.ranMany(120);
    expect(counted(await asked.kinds(queries))).toEqual({ execution: 120 });
    // An hour of success later.
    asked.time.at += 50 * MINUTE;
    asked.world.athenaIn(MEMBER, REGION).denied = true;
    const before = asked.history.calls;
    expect(counted(await asked.kinds(queries))).toEqual({ denied: 120 });
    expect(asked.history.calls - before).toBe(5);
    asked.time.at += 4 * MINUTE;
    expect(counted(await asked.kinds(queries))).toEqual({ denied: 120 });
    expect(asked.history.calls - before).toBe(5);
    asked.time.at += 2 * MINUTE;
    expect(counted(await asked.kinds(queries))).toEqual({ denied: 120 });
    expect(asked.history.calls - before).toBe(7);
    asked.world.athenaIn(MEMBER, REGION).denied = false;
    asked.time.at += 6 * MINUTE;
    expect(counted(await asked.kinds(queries))).toEqual({ execution: 120 });
    expect(asked.told).toMatchObject([{ event: 'query_history_denied', name: 'AccessDeniedException' }]);
  });

  test('of the first of a batch do not hide those behind them for ever', async () => {
    const asked = trusted();
    asked.world.athenaIn(MEMBER, REGION).hideWorkGroup('secret');
    const hidden = Array.from({ length: 6 }, (_, at) => asked.ran(`h${at}`, { workGroup: 'secret' }));
    const queries = [...hidden, ...asked.ranMany(4)];
    const isBatch = ({ operation }: AwsCall) => operation === 'BatchGetQueryExecution';
    asked.world.fail(isBatch, denied, { times: Infinity });
    asked.time.random = () => 0;
    expect(counted(await asked.kinds(queries))).toEqual({ denied: 10 });
    asked.time.at += 6 * MINUTE;
    asked.time.random = () => 0.6;
    expect(counted(await asked.kinds(queries))).toEqual({ denied: 6, execution: 4 });
  });

  test('in one Region, as by a policy of the organization, say nothing of another', async () => {
    const asked = trusted();
    asked.world.athenaIn(MEMBER, 'us-east-1').denied = true;
    const closed = asked.ranMany(60, { region: 'us-east-1' });
    const open = asked.ranMany(60);
    expect(counted(await asked.kinds([...closed, ...open]))).toEqual({ denied: 60, execution: 60 });
  });

  test('of one action close nothing: named queries may be out of reach alone', async () => {
    const asked = trusted();
    asked.world.fail(({ operation }) => operation === 'GetNamedQuery', denied, { times: Infinity });
    const named = Array.from({ length: 6 }, (_, at) => ({ ...asked.ran('q'), id: `named_query/${at}` }));
    expect(counted(await asked.kinds(named))).toEqual({ denied: 6 });
    expect(await asked.kinds([asked.ran('q1')])).toEqual(['execution']);
  });

  test('of one account of 50 cost one call of STS, and no other account anything', async () => {
    const accounts = Array.from({ length: 50 }, (_, at) => String(444_455_550_000 + at));
    const [closed = '', ...open] = accounts;
    const asked = new AskedHistory({ accounts });
    asked.trust(...open);
    const regions = ['eu-central-1', 'eu-west-1', 'us-east-1'];
    const places = accounts.flatMap((account) => regions.map((region) => ({ account, region })));
    const queries = places.map((place) => asked.ran('q1', place));
    for (let times = 0; times < 3; times++)
      expect(counted(await asked.kinds(queries))).toEqual({ denied: 3, execution: 147 });
    expect(asked.world.count('AssumeRole')).toBe(50);
    expect(asked.history.calls).toBe(3 * 147);
    expect(asked.told).toMatchObject([{ event: 'query_role_denied', account: closed, name: 'AccessDenied' }]);
  });
});

describe('names from events', () => {
  test('of accounts that nobody listed are denied, and never told to AWS (T11)', async () => {
    const asked = trusted();
    const forged = ['123456789012', HOME, '', '44445555666', `${MEMBER}:role/x`, `../${MEMBER}`];
    const queries = forged.map((account) => ({ account, region: REGION, id: 'q', started: asked.time.at }));
    expect(counted(await asked.kinds(queries))).toEqual({ denied: 6 });
    expect(asked.world.calls).toEqual([]);
  });

  test('that are no Region are denied: no host is asked for them (T11)', async () => {
    const asked = trusted();
    const forged = ['', 'example.com/', 'us-east-1.example.com#', 'US-EAST-1', 'us-east-1\n', '@example.com'];
    const queries = forged.map((region) => ({ account: MEMBER, region, id: 'q', started: asked.time.at }));
    expect(counted(await asked.kinds(queries))).toEqual({ denied: 6 });
    expect(asked.world.calls).toEqual([]);
  });
});
