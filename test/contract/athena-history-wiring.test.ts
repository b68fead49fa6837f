import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { quietSdk } from '../../src/config.js';
import { type AskedQuery, queryKey } from '../../src/datasets/query-execution.js';
import {
  type AthenaHistorySettings,
  type OpenAthenaHistory,
  openAthenaHistory,
} from '../../src/wiring/athena-history.js';
import { HOME, MEMBER, REGION, ROLE } from '../support/asked-history.ts';
import { throttled } from '../support/aws/aws-error.ts';
import { type AwsServer, startAwsServer } from '../support/aws/aws-server.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';

quietSdk();

let world: AwsWorld;
let server: AwsServer;
const open: OpenAthenaHistory[] = [];
const told: object[] = [];

beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', undefined);
  world = new AwsWorld({ now: () => Date.now(), account: HOME, region: REGION });
  server = await startAwsServer(world);
});

afterEach(async () => {
  for (const { close } of open.splice(0)) close();
  await server.close();
  told.length = 0;
  vi.unstubAllEnvs();
});

function settings(more: Partial<AthenaHistorySettings> = {}): AthenaHistorySettings {
  const some = { queryAccounts: ['self', MEMBER], queryRole: ROLE, queryRate: 100, queryWait: 20 };
  return { ...some, region: REGION, endpointUrl: server.endpoint, ...more };
}

async function opened(
  more?: Partial<AthenaHistorySettings>,
  until?: () => number,
): Promise<OpenAthenaHistory> {
  const tell = (event: string, facts: object) => told.push({ event, ...facts });
  const history = await openAthenaHistory(settings(more), { tell, ...(until && { until }) });
  if (history === undefined) throw new Error('no history was opened');
  open.push(history);
  return history;
}

function ran(account: string, region: string, id: string): AskedQuery {
  const started = Date.now() - 60_000;
  world
    .athenaIn(account, region)
    .remember({ id, sql: `SELECT '${account} ${region}'`, submittedAt: started });
  return { account, region, id, started };
}

describe('openAthenaHistory', () => {
  test('opens nothing where no account may be asked', async () => {
    expect(
      await openAthenaHistory(settings({ queryAccounts: [] }), { tell: () => undefined }),
    ).toBeUndefined();
  });

  test('asks each account and Region with its own credentials, over real clients', async () => {
    world.sts.createRole(`arn:aws:iam::${MEMBER}:role/${ROLE}`);
    const queries = [HOME, MEMBER].flatMap((account) =>
      [REGION, 'us-east-1'].flatMap((region) => ['q1', 'q2'].map((id) => ran(account, region, id))),
    );
    const { history } = await opened();
    const answers = await history.lookup(queries, 1);
    for (const query of queries) {
      const text = `SELECT '${query.account} ${query.region}'`;
      expect(answers.get(queryKey(query))).toMatchObject({ kind: 'execution', execution: { text } });
    }
    expect(history.calls).toBe(4);
    expect(told).toEqual([]);
  });

  test('reads errors of the wire as what they are', async () => {
    const { history } = await opened();
    const gone = { ...ran(HOME, REGION, 'q1'), id: 'gone' };
    const hidden = ran(HOME, REGION, 'hidden');
    world
      .athenaIn(HOME, REGION)
      .remember({ id: 'hidden', sql: 'SELECT 1', submittedAt: hidden.started, workGroup: 'secret' });
    world.athenaIn(HOME, REGION).hideWorkGroup('secret');
    const closed = { ...ran(HOME, 'us-east-1', 'q2'), account: MEMBER };
    const answers = await history.lookup([gone, hidden, closed], 1);
    expect([gone, hidden, closed].map((query) => answers.get(queryKey(query))?.kind)).toEqual([
      ...['not_found', 'denied', 'denied'],
    ]);
  });

  test('pays for each call: the SDK does not try again by itself', async () => {
    const { history } = await opened();
    const query = ran(HOME, REGION, 'q1');
    world.fail(({ service }) => service === 'athena', throttled);
    world.fail(({ service }) => service === 'athena', 'not done');
    expect((await history.lookup([query], 1)).get(queryKey(query))).toMatchObject({ kind: 'execution' });
    expect(history.calls).toBe(3);
    expect(world.count('BatchGetQueryExecution')).toBe(3);
  });

  test('ends in time where the service cannot be reached', async () => {
    const query = ran(HOME, REGION, 'q1');
    await server.close();
    const begun = Date.now();
    const { history } = await opened({ queryWait: 600 }, () => begun + 500);
    expect([...(await history.lookup([query], 1))]).toEqual([]);
    expect(Date.now() - begun).toBeLessThan(1_500);
    expect(told).toHaveLength(1);
  });
});

describe('askingRoleArns', () => {
  test('names the reader roles, in the partition that we are in', async () => {
    const { askingRoleArns } = await opened({ queryAccounts: [MEMBER, HOME], queryRole: 'audit/{account}' });
    expect(await askingRoleArns()).toEqual([
      `arn:aws:iam::${MEMBER}:role/audit/${MEMBER}`,
      `arn:aws:iam::${HOME}:role/audit/${HOME}`,
    ]);
    const china = await opened({ queryAccounts: [MEMBER], region: 'cn-north-1' });
    expect(await china.askingRoleArns()).toEqual([`arn:aws-cn:iam::${MEMBER}:role/${ROLE}`]);
    expect(world.calls).toEqual([]);
  });

  test('leaves out roles of each Region, and a caller that is no role or cannot be asked', async () => {
    const regional = await opened({ queryAccounts: ['self', MEMBER], queryRole: 'audit-{region}' });
    expect(await regional.askingRoleArns()).toEqual([]);
    await server.close();
    expect(await (await opened({ queryAccounts: ['self'] })).askingRoleArns()).toEqual([]);
  });

  test('does not name the role that we run in: people may work under it', async () => {
    const arn = `arn:aws:iam::${HOME}:role/lake-ingest`;
    world.sts.createRole(arn);
    const { sts } = world.clients;
    const { AssumeRoleCommand } = await import('@aws-sdk/client-sts');
    const { Credentials: keys } = await sts.send(
      new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'fn' }),
    );
    vi.stubEnv('AWS_ACCESS_KEY_ID', keys?.AccessKeyId);
    vi.stubEnv('AWS_SESSION_TOKEN', keys?.SessionToken);
    const { askingRoleArns } = await opened({ queryAccounts: ['self'] });
    expect(await askingRoleArns()).toEqual([]);
  });
});
