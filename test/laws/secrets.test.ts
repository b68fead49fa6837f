import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { AwsCall, AwsRequest, Outcome } from '../support/aws/aws-call.ts';
import { AwsError, denied } from '../support/aws/aws-error.ts';
import { LambdaWorld, SOURCE, STATE } from '../support/lambda-world.ts';
import { message, notified, s3Says } from '../support/notify.ts';
import { parquetRows } from '../support/parquet-rows.ts';
import { PLANTED, type Planted, plant } from '../support/planted-secrets.ts';
import { DAY, EXTERNAL_ID, LISTED, QueryTrail, REGION } from '../support/query-trail.ts';
import { SecretDetector, watchRequests } from '../support/secret-detector.ts';

const ASKING = {
  AWS_REGION: REGION,
  AUDIT_LAKE_QUERY_ACCOUNTS: LISTED.join(','),
  AUDIT_LAKE_QUERY_EXTERNAL_ID: EXTERNAL_ID,
  AUDIT_LAKE_QUERY_RATE: '100',
  AUDIT_LAKE_QUERY_WAIT: '1',
  AUDIT_LAKE_QUERY_TEXT_KEY: 'a-secret-of-32-characters-or-more',
};
const HOUR = DAY / 24;
/** Where the clock begins: hours later it is still the same day, at whatever time the tests are run. */
const NOON = Date.UTC(2026, 10, 1, 12);
const RECONCILE = { task: 'reconcile' };
const detector = new SecretDetector(PLANTED.map(({ secret }) => secret));
const NOTHING = new Set<string>();

/** Handlers over a trail full of secrets, and everything that left them. */
class SecretWorld {
  readonly lambda: LambdaWorld;
  readonly trail: QueryTrail;
  readonly settings: { readonly [name: string]: string };
  /** What was sent to keep: objects of the lake and items of its state. */
  readonly kept: unknown[] = [];
  /** All else of every request. */
  readonly asked: unknown[] = [];
  readonly answers: unknown[] = [];
  readonly errors: unknown[] = [];
  #messages = 0;

  private constructor(lambda: LambdaWorld, settings: { readonly [name: string]: string }) {
    this.lambda = lambda;
    this.settings = settings;
    this.trail = new QueryTrail(lambda.aws);
    watchRequests(lambda.aws, (request) => this.#see(request));
  }

  static async start(mode: string): Promise<SecretWorld> {
    vi.useFakeTimers({ toFake: ['Date'], shouldAdvanceTime: true, now: NOON });
    const settings = { ...ASKING, AUDIT_LAKE_QUERY_TEXT: mode };
    return new SecretWorld(await LambdaWorld.start(settings), settings);
  }

  #see({ service, input }: AwsRequest): void {
    const { Body, ...rest } = input;
    if (service === 'dynamodb') this.kept.push(input);
    else if (Body !== undefined) this.kept.push(Body);
    this.asked.push(service === 'dynamodb' ? service : rest);
  }

  plant(planted: readonly Planted[], unique?: string): void {
    plant({ trail: this.trail, world: this.lambda.aws }, planted, unique);
  }

  /** Puts objects where they are watched, and gives their messages. */
  put(files: readonly { readonly key: string; readonly bytes: Uint8Array }[]): object[] {
    return files.map(({ key, bytes }) => {
      this.lambda.aws.s3.put(SOURCE, key, bytes);
      return message(`m${++this.#messages}`, notified(this.lambda.aws, key));
    });
  }

  deliver(messages: readonly object[] = this.put(this.trail.files())): Promise<void> {
    return this.attempt(this.lambda.ingest({ Records: messages }));
  }

  /** Lets so much time pass, then ends what has come to an end. */
  async resolve(millis = HOUR): Promise<void> {
    vi.setSystemTime(Date.now() + millis);
    await this.attempt(this.lambda.resolve());
  }

  async attempt(work: Promise<unknown>): Promise<void> {
    await work.then(
      (answer) => this.answers.push(answer),
      (error: unknown) => this.errors.push(error),
    );
  }

  /** Half of the secrets are known at once, half are asked for later; then all that maintenance does. */
  async live(): Promise<void> {
    const { lambda, settings } = this;
    await lambda.coldStart({ ...settings, AUDIT_LAKE_QUERY_ACCOUNTS: '' });
    this.plant(PLANTED.filter((_, at) => at % 2 === 0));
    await this.deliver();
    await lambda.coldStart(settings);
    this.plant(PLANTED.filter((_, at) => at % 2 === 1));
    await this.deliver();
    await this.resolve();
    await this.attempt(lambda.maintain(RECONCILE));
    expect(this.errors).toEqual([]);
  }

  /** Whatever people and machines may read beside the lake. */
  told(): unknown {
    return [this.lambda.printed, this.answers, this.errors, this.asked];
  }
}

let secrets: SecretWorld | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await secrets?.lambda.stop();
  secrets = undefined;
});

/** Cells of all columns of all data files. */
async function cellsOf({ lambda }: SecretWorld): Promise<unknown[]> {
  const files = [...lambda.inLake()].filter(([path]) => path.endsWith('.parquet'));
  const rows = await Promise.all(files.map(([, bytes]) => parquetRows(bytes)));
  return rows.flat().flatMap((row) => Object.values(row));
}

const texts = async (world: SecretWorld) => (await cellsOf(world)).filter((cell) => typeof cell === 'string');

/** A failure of Athena whose message repeats queries. */
const quoting = (name: string, status = 400): Outcome => {
  return new AwsError(name, `line 1:8: ${PLANTED.map(({ sql }) => sql).join(' ')}`, { status });
};

const ALWAYS = { times: Number.POSITIVE_INFINITY };

type Work = { readonly prepare: () => Promise<unknown>; readonly run: () => Promise<void> };

/** The works of the three handlers, each with something to do. */
function worksOf(world: SecretWorld): readonly Work[] {
  const { lambda, settings } = world;
  let turn = 0;
  const deliver = () => {
    const from = (turn++ * 20) % PLANTED.length;
    world.plant(PLANTED.slice(from, from + 20), `f${turn}`);
    return world.deliver();
  };
  const leaveOpen = async () => {
    const fault = lambda.aws.fail(({ operation }) => operation === 'BatchGetQueryExecution', denied, ALWAYS);
    await deliver();
    fault.stop();
    // The account is not left alone any longer because of it.
    await lambda.coldStart(settings);
  };
  const nothing = async () => undefined;
  return [
    { prepare: nothing, run: deliver },
    { prepare: leaveOpen, run: () => world.resolve() },
    { prepare: deliver, run: () => world.attempt(lambda.maintain(RECONCILE)) },
  ];
}

/** Every kind of call that a handler makes fails in turn, Athena in words that repeat queries. */
async function failEverywhere(world: SecretWorld): Promise<void> {
  const { aws } = world.lambda;
  for (const { prepare, run } of worksOf(world)) {
    await world.lambda.coldStart(world.settings);
    await prepare();
    aws.calls.length = 0;
    await run();
    const kinds = new Set(aws.calls.map(({ service, operation }) => `${service} ${operation}`));
    expect(kinds.size).toBeGreaterThan(4);
    for (const kind of kinds) {
      for (const outcome of outcomesOf(kind)) {
        await world.lambda.coldStart(world.settings);
        await prepare();
        const fits = ({ service, operation }: AwsCall) => `${service} ${operation}` === kind;
        const fault = aws.fail(fits, outcome, ALWAYS);
        await run();
        fault.stop();
      }
    }
  }
  expect(world.errors.length).toBeGreaterThan(10);
}

function outcomesOf(kind: string): readonly Outcome[] {
  if (!/^athena (Batch)?Get/.test(kind)) return [denied];
  return [
    quoting('InvalidRequestException'),
    quoting('AccessDeniedException'),
    quoting('InternalServerException', 500),
  ];
}

/** Log files that hold secrets and cannot be read. */
async function deliverBroken(world: SecretWorld): Promise<void> {
  const [{ secret, sql } = { secret: '', sql: '' }] = PLANTED;
  const broken = [
    `{"Records":[{"eventSource":"athena.amazonaws.com","requestParameters":{"queryString":"${sql}"`,
    `{"Records":["${secret}", {"eventTime":"never ${secret}","requestParameters":{"queryString":"${secret}"}}]}`,
    `{"Records":[{"eventTime": ${secret}}]}`,
    `{"${secret}":"${secret}"}`,
    `<html>${secret}</html>`,
    `"${secret}"`,
  ].map((text) => gzipSync(text));
  broken.push(
    Buffer.from(secret),
    gzipSync(secret).subarray(0, -4),
    Buffer.concat([gzipSync('{}'), Buffer.from(secret)]),
  );
  const files = broken.map((bytes, at) => {
    const stamp = `20260109T0005Z_${String(at).padStart(16, '9')}`;
    const folder = 'AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/09';
    return { key: `${folder}/111122223333_CloudTrail_us-east-1_${stamp}.json.gz`, bytes };
  });
  await world.deliver(world.put(files));
  for (const { key } of files)
    await world.attempt(world.lambda.ingest(s3Says(notified(world.lambda.aws, key))));
  for (const odd of [secret, { Records: [{ body: secret }] }, { [secret]: sql }]) {
    await world.attempt(world.lambda.ingest(odd));
  }
}

describe('500 secrets in queries', () => {
  test.each(['hash', 'off'])('%s: none is kept, and none is told, at any moment', async (mode) => {
    secrets = await SecretWorld.start(mode);
    await secrets.live();
    expect(detector.in(secrets.kept)).toEqual(NOTHING);
    expect(detector.in(await cellsOf(secrets))).toEqual(NOTHING);
    expect(detector.in(secrets.told())).toEqual(NOTHING);
    // Something was there to be kept, as digests or not at all.
    const found = await texts(secrets);
    expect(found).toContain('withheld');
    if (mode === 'hash')
      expect(found.filter((text) => text.startsWith('hmac-sha256:')).length).toBeGreaterThan(300);
  });

  test.each(['masked', 'full'])('%s: none is told, whatever fails', async (mode) => {
    secrets = await SecretWorld.start(mode);
    await secrets.live();
    await failEverywhere(secrets);
    await deliverBroken(secrets);
    expect(detector.in(secrets.told())).toEqual(NOTHING);
    if (mode === 'masked') {
      expect(detector.in(secrets.kept)).toEqual(NOTHING);
      expect(detector.in(await cellsOf(secrets))).toEqual(NOTHING);
      expect(detector.in(secrets.lambda.aws.dynamodb.items(STATE))).toEqual(NOTHING);
      // Something was there to be kept, with its shape.
      expect(await texts(secrets)).toContain('SELECT * FROM t WHERE ssn = ?');
    }
  });
});

describe('the detector', () => {
  test('finds each secret in the lake and in its state where texts are kept in full', async () => {
    secrets = await SecretWorld.start('full');
    await secrets.live();
    const all = new Set(PLANTED.map(({ secret }) => secret));
    expect(detector.in(await cellsOf(secrets))).toEqual(all);
    const objects = [...secrets.lambda.inLake().values()];
    expect(detector.in(objects)).toEqual(all);
    expect(detector.in(secrets.kept)).toEqual(all);
    // Only what Athena told is learned: more than half; some of it deflated.
    expect(detector.in(secrets.lambda.aws.dynamodb.items(STATE)).size).toBeGreaterThan(200);
  });

  test.each(PLANTED.slice(0, 20))(
    'finds secret $n wherever it is printed, thrown or answered',
    async ({ secret, sql }) => {
      const thrown = new Error('no', {
        cause: Object.assign(new Error('inner'), { Item: { told: { S: sql } } }),
      });
      const places = [sql, JSON.stringify({ sql }), { batchItemFailures: [{ itemIdentifier: sql }] }, thrown];
      const packed = [
        Buffer.from(sql),
        gzipSync(sql),
        Buffer.concat([Buffer.from('PAR1'), gzipSync(sql), Buffer.from('xy')]),
      ];
      for (const place of [...places, ...packed]) expect(detector.in(place)).toEqual(new Set([secret]));
      expect(detector.in(['nothing', gzipSync('nothing')])).toEqual(NOTHING);
    },
  );
});
