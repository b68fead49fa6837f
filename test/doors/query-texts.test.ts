import { afterEach, describe, expect, test } from 'vitest';
import { throttled } from '../support/aws/aws-error.ts';
import {
  ASKING,
  DAY,
  DENIED,
  FAR_REGION,
  HOME,
  MEMBER,
  OTHER,
  REGION,
  UNLISTED,
} from '../support/query-trail.ts';
import { LAKE_KINDS, TextsCommand } from '../support/texts-command.ts';

type Shown = { readonly [id: string]: readonly unknown[] };

let lake: TextsCommand;
afterEach(() => lake.end());

const TEXTS =
  'SELECT query_execution_id AS id, query_text, query_text_status AS status, query_text_source AS source';
/** The text, status and source of each query that an event names. */
async function shown(): Promise<Shown> {
  const rows = await lake.rows(`${TEXTS} FROM athena_audit_logs WHERE query_execution_id IS NOT NULL`);
  return Object.fromEntries(
    rows.map(({ id, query_text, status, source }) => [id, [query_text, status, source]]),
  );
}
/** What Athena tells beside each text. */
async function toldBeside(): Promise<{ readonly [id: string]: { readonly [column: string]: unknown } }> {
  const facts = 'query_state, data_scanned_bytes, athena_error_message, work_group, engine_version';
  const rows = await lake.rows(
    `SELECT query_execution_id AS id, ${facts} FROM athena_audit_logs WHERE query_text_status = 'resolved'`,
  );
  return Object.fromEntries(rows.map((row) => [row['id'], row]));
}
const resolved = (id: string, source = 'athena') => [`SELECT '${id}'`, 'resolved', source];
const without = (status: string) => [null, status, null];

/** The same, with resolved texts of this source. */
const withSource = (texts: Shown, source: string): Shown =>
  Object.fromEntries(
    Object.entries(texts).map(([id, [text, status, from]]) => [
      id,
      [text, status, status === 'resolved' ? source : from],
    ]),
  );

/** One query of every kind. */
function everyKind({ trail, world }: TextsCommand): void {
  trail.ran('home', { user: 'jane', statistics: { DataScannedInBytes: 12_345 } });
  trail.ran('far', { user: 'jane', region: FAR_REGION });
  trail.ran('member', { account: MEMBER, state: 'FAILED', error: { message: 'SYNTAX_ERROR: line 1:8' } });
  trail.ran('running', { account: OTHER, region: FAR_REGION, endsAt: Number.POSITIVE_INFINITY });
  trail.ran('denied', { account: DENIED });
  trail.ran('unlisted', { account: UNLISTED });
  trail.ran('hidden', { workGroup: 'secret' });
  world.athenaIn(HOME, REGION).hideWorkGroup('secret');
  trail.started('gone');
  trail.ran('old', { ago: 46 * DAY });
  const requestParameters = { queryString: 'SELECT 1 AS shown' };
  trail.started('shown', { event: { eventTime: '2022-03-04T05:06:07Z', requestParameters } });
  const refused = { errorCode: 'AccessDenied', responseElements: null };
  trail.started('refused', { user: 'jane', event: refused });
  const looked = { requestParameters: { queryExecutionId: 'looked' }, responseElements: null };
  trail.started('looked', { event: { eventName: 'GetQueryExecution', ...looked } });
}

describe.each(LAKE_KINDS)('audit-lake ingest with query accounts, lake in a %s', (kind) => {
  test('finds each text where it is and what is told beside it, and of each that is missing why', async () => {
    lake = await TextsCommand.start(kind);
    everyKind(lake);
    const summary = await lake.texts(ASKING);
    expect(summary.query_text).toBe('full');
    expect(summary.query_texts).toEqual({
      ...{ resolved: 4, denied: 3, not_found: 1, expired: 1, in_event: 1 },
      ...{ never_started: 1, not_applicable: 1 },
    });
    expect(await shown()).toEqual({
      home: resolved('home'),
      far: resolved('far'),
      member: resolved('member'),
      running: resolved('running'),
      denied: without('denied'),
      unlisted: without('denied'),
      hidden: without('denied'),
      gone: without('not_found'),
      looked: without('not_applicable'),
      old: without('expired'),
      shown: ['SELECT 1 AS shown', 'in_event', 'event'],
    });
    const sql =
      'SELECT user_name, query_text_status, count(*) AS n FROM athena_audit_logs GROUP BY 1, 2 ORDER BY 1, 2';
    const counts = await lake.rows(sql);
    expect(
      counts.map(({ user_name, query_text_status, n }) => `${user_name} ${query_text_status} ${n}`),
    ).toEqual([
      ...['jane never_started 1', 'jane resolved 2', 'john.doe denied 3', 'john.doe expired 1'],
      ...['john.doe in_event 1', 'john.doe not_applicable 1', 'john.doe not_found 1', 'john.doe resolved 2'],
    ]);
    const told = await toldBeside();
    const engine_version = 'Athena engine version 3';
    expect(told['home']).toMatchObject({
      query_state: 'SUCCEEDED',
      data_scanned_bytes: 12_345,
      engine_version,
    });
    expect(told['member']).toMatchObject({
      query_state: 'FAILED',
      athena_error_message: 'SYNTAX_ERROR: line 1:8',
    });
    expect(told['running']).toMatchObject({ query_state: 'RUNNING', work_group: 'primary' });
  });

  test('asks Athena nothing about what it knows, from another trail too', async () => {
    lake = await TextsCommand.start(kind);
    everyKind(lake);
    const files = lake.deliver();
    await lake.texts(ASKING);
    const before = await shown();
    // Keys that come before those of the first: then it is their rows that the view shows.
    lake.deliver(files.map(({ key, bytes }) => ({ key: `A-second-trail/${key}`, bytes })));
    lake.world.athenaIn(HOME, REGION).showWorkGroup('secret');
    lake.world.athenaIn(OTHER, FAR_REGION).denied = true;
    await lake.texts(ASKING);
    const asked = lake.world.calls.flatMap(({ input }) => input['QueryExecutionIds'] ?? []);
    // Those of no text and the one that had not ended; what is denied without a call stays so.
    expect(asked.sort()).toEqual(['gone', 'hidden', 'running']);
    const after = await shown();
    expect(after).toEqual({ ...withSource(before, 'lake'), hidden: resolved('hidden') });
  });

  test('--dry-run asks nothing of Athena and STS, and tells what it would have asked for', async () => {
    lake = await TextsCommand.start(kind);
    everyKind(lake);
    const summary = await lake.texts([...ASKING, '--dry-run']);
    expect(summary.query_texts).toMatchObject({ pending: 8, expired: 1 });
    expect(lake.world.calls.filter(({ service }) => service === 'athena' || service === 'sts')).toEqual([]);
  });
});

describe('audit-lake ingest with query accounts', () => {
  test('assumes a role once for each account, and asks once for each account and Region', async () => {
    lake = await TextsCommand.start('folder');
    const places = [HOME, MEMBER, OTHER].flatMap((account) =>
      [REGION, FAR_REGION].map((region) => ({ account, region })),
    );
    for (const place of places) {
      for (let n = 0; n < 20; n++) lake.trail.ran(`q${n}-${place.account}-${place.region}`, place);
    }
    expect((await lake.texts(ASKING)).query_texts).toEqual({ resolved: 120 });
    expect(lake.questions()).toEqual(
      places.map(({ account, region }) => `BatchGetQueryExecution ${account} ${region}`).sort(),
    );
    expect(lake.world.count('AssumeRole')).toBe(2);
  });

  test('T11: names no account to STS that is not on the list, whatever events say', async () => {
    lake = await TextsCommand.start('folder');
    for (const account of [UNLISTED, '000000000000', 'evil']) lake.trail.started(`q-${account}`, { account });
    expect((await lake.texts(ASKING)).query_texts).toEqual({ denied: 3 });
    expect(lake.world.count('AssumeRole')).toBe(0);
    expect(lake.questions()).toEqual([]);
  });

  test('where no account is named it asks nothing of Athena and STS, and tells what to do', async () => {
    lake = await TextsCommand.start('folder');
    everyKind(lake);
    const ended = await lake.ingest([]);
    expect(JSON.parse(ended.out).query_texts).toMatchObject({ pending: 8, expired: 1 });
    // No warning, but whom to ask.
    expect(ended.err).toBe(
      '8 query texts are pending: `audit-lake resolve --query-account self` asks Athena for them.\n',
    );
    expect(lake.questions()).toEqual([]);
    expect(lake.world.calls.filter(({ service }) => service === 'sts')).toEqual([]);
  });

  test('--query-wait 0 waits for nobody: what the lake does not know is pending, until resolve asks', async () => {
    lake = await TextsCommand.start('folder');
    lake.trail.ran('first');
    await lake.texts(ASKING);
    lake.trail.started('first', { event: { eventID: 'again' } });
    lake.trail.ran('second');
    const summary = await lake.texts([...ASKING, '--query-wait', '0']);
    expect(summary.query_texts).toEqual({ resolved: 1, pending: 1 });
    expect(lake.questions()).toEqual([]);
    const ended = await lake.run(['resolve', '--output', 'json', ...ASKING, '--query-wait', '0']);
    expect(JSON.parse(ended.out)).toMatchObject({ asked: 1, ended: { resolved: 1 } });
  });

  test('marks the texts of named queries and prepared statements as those of now', async () => {
    lake = await TextsCommand.start('folder');
    const athena = lake.world.athenaIn(MEMBER, REGION);
    athena.createNamedQuery({ id: 'named-1', sql: 'SELECT 2' });
    athena.createPreparedStatement({ name: 'by_day', sql: 'SELECT ?', workGroup: 'audit' });
    const place = { account: MEMBER };
    const named = { namedQueryId: 'named-1' };
    lake.trail.started('-', {
      ...place,
      event: {
        eventName: 'CreateNamedQuery',
        requestParameters: { name: 'mine', queryString: '***OMITTED***' },
        responseElements: named,
      },
    });
    lake.trail.started('--', {
      ...place,
      event: {
        eventName: 'UpdatePreparedStatement',
        requestParameters: { statementName: 'by_day', workGroup: 'audit', queryStatement: '***OMITTED***' },
        responseElements: null,
      },
    });
    await lake.texts(ASKING);
    const rows = await lake.rows(
      'SELECT event_name, query_text, query_text_source FROM athena_audit_logs ORDER BY event_name',
    );
    expect(rows.map((row) => Object.values(row))).toEqual([
      ['CreateNamedQuery', 'SELECT 2', 'current_named_query'],
      ['UpdatePreparedStatement', 'SELECT ?', 'current_prepared_statement'],
    ]);
  });
});

describe('the tables of a named query', () => {
  const columns = 'event_name, query_text, database_name, referenced_tables';
  const SHOWN = [
    'SELECT a FROM visits, x.y WHERE b = ',
    'Clinic',
    'awsdatacatalog.clinic.visits,awsdatacatalog.x.y',
  ];

  /** One whose event names no database, and whose text is told by Athena alone. */
  async function changed(): Promise<void> {
    lake = await TextsCommand.start('folder');
    const sql = `${SHOWN[0]}'c'`;
    lake.world.athenaIn(MEMBER, REGION).createNamedQuery({ id: 'named-1', sql, database: 'Clinic' });
    const requestParameters = { namedQueryId: 'named-1', queryString: '***OMITTED***' };
    const event = { eventName: 'UpdateNamedQuery', requestParameters, responseElements: null };
    lake.trail.started('-', { account: MEMBER, event });
  }
  const rows = async () =>
    (await lake.rows(`SELECT ${columns} FROM athena_audit_logs`)).map((row) => Object.values(row));

  test.each([
    ['as it is', [], "'c'"],
    ['masked', ['--query-text', 'masked'], '?'],
  ] as const)('are completed by its own database, where its text is kept %s', async (_, options, end) => {
    await changed();
    await lake.texts([...ASKING, ...options]);
    const [text, ...others] = SHOWN;
    expect(await rows()).toEqual([['UpdateNamedQuery', `${text}${end}`, ...others]]);
  });

  test.each([
    ['as it is', [], "'c'"],
    ['masked', ['--query-text', 'masked'], '?'],
  ] as const)(
    'and so they are where it is asked about later, by its name alone: %s',
    async (_, options, end) => {
      await changed();
      await lake.texts(options);
      expect(await rows()).toEqual([['UpdateNamedQuery', null, null, null]]);
      const { out } = await lake.run(['resolve', '--output', 'json', ...ASKING]);
      expect(JSON.parse(out)).toMatchObject({ ended: { resolved: 1 } });
      const [text, ...others] = SHOWN;
      expect(await rows()).toEqual([['UpdateNamedQuery', `${text}${end}`, ...others]]);
    },
  );
});

describe('what the command says of texts', () => {
  test('a warning for each obstacle, once, and no query', async () => {
    lake = await TextsCommand.start('folder');
    for (let n = 0; n < 3; n++) {
      lake.trail.ran(`d${n}`, { account: DENIED });
      lake.trail.ran(`f${n}`, { account: DENIED, region: FAR_REGION });
      lake.trail.ran(`m${n}`, { account: MEMBER });
    }
    lake.world.athenaIn(MEMBER, REGION).denied = true;
    const { code, err } = await lake.ingest(ASKING);
    expect(code).toBe(0);
    expect(err.split('\n').sort()).toEqual([
      '',
      expect.stringMatching(
        `^Warning: Athena may not be asked for query texts in account ${MEMBER}, ${REGION}: AccessDeniedException$`,
      ),
      expect.stringMatching(
        `^Warning: the role to ask for query texts may not be assumed in account ${DENIED}, .*: AccessDenied$`,
      ),
    ]);
  });

  test('the summary counts texts by status, and names the mode where it is not full', async () => {
    lake = await TextsCommand.start('folder');
    everyKind(lake);
    lake.deliver();
    const args = ['ingest', 's3://amzn-s3-demo-bucket', '--quiet', ...ASKING];
    const masked = await lake.run([...args, '--query-text', 'masked']);
    expect(masked.out).toContain(
      '\nQuery text 3 denied, 1 expired, 1 in_event, 1 never_started, 1 not_found, 4 resolved (query_text: masked)\n',
    );
    lake.lake = `${lake.lake}-2`;
    const full = await lake.run(args);
    expect(full.out).toMatch(/\nQuery text .* 4 resolved\n/);
  });

  test('throttling of one account holds up neither the others nor the ingest', async () => {
    lake = await TextsCommand.start('folder');
    lake.trail.ran('home');
    lake.trail.ran('member', { account: MEMBER });
    lake.world.fail(({ account, service }) => service === 'athena' && account === MEMBER, throttled, {
      times: Number.POSITIVE_INFINITY,
    });
    const begun = performance.now();
    const summary = await lake.texts(ASKING);
    expect(summary.query_texts).toEqual({ resolved: 1, pending: 1 });
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});

const KEY = { AUDIT_LAKE_QUERY_TEXT_KEY: 'a-secret-of-32-characters-or-more' };

const SECRET = { sql: "SELECT * FROM people WHERE name = 'Smith' AND age = 42" };
const MASKED = 'SELECT * FROM people WHERE name = ? AND age = ?';
const DIGEST = expect.stringMatching(/^hmac-sha256:[0-9a-f]{64}$/);

describe('the way to keep texts', () => {
  test.each([
    ['full', 'folder', SECRET.sql, 'resolved', 'off'],
    ['masked', 'folder', MASKED, 'resolved', 'full'],
    ['masked', 's3', MASKED, 'resolved', 'hash'],
    ['hash', 'folder', DIGEST, 'withheld', 'masked'],
    ['hash', 's3', DIGEST, 'withheld', 'full'],
    ['off', 'folder', null, 'withheld', 'masked'],
  ] as const)(
    '%s in a %s: is that of the lake from then on, named or not, and no other is taken',
    async (mode, kind, text, status, other) => {
      lake = await TextsCommand.start(kind);
      const env = mode === 'hash' ? KEY : {};
      lake.trail.ran('home', SECRET);
      const requestParameters = { queryString: SECRET.sql };
      lake.trail.started('shown', { event: { eventTime: '2022-03-04T05:06:07Z', requestParameters } });
      const summary = await lake.texts([...ASKING, '--query-text', mode], { env });
      expect(summary.query_text).toBe(mode);
      lake.trail.ran('unnamed', SECRET);
      expect((await lake.texts([], { env })).query_text).toBe(mode);
      expect((await lake.run(['resolve', ...ASKING], { env })).code).toBe(0);
      expect(await lake.shownTexts()).toEqual([
        ['home', text, status],
        ['shown', text, mode === 'full' || mode === 'masked' ? 'in_event' : 'withheld'],
        ['unnamed', text, status],
      ]);
      expect(await lake.modesOfFiles()).toEqual([mode]);

      const before = kind === 's3' ? await lake.allBytes() : undefined;
      lake.trail.ran('refused', SECRET);
      const options = { env: other === 'hash' ? KEY : {} };
      const ended = await lake.ingest([...ASKING, '--query-text', other], options);
      expect([ended.code, ended.out]).toEqual([2, '']);
      expect(ended.err).toContain(
        `TEXT_MODE: the query_text of this lake is ${mode}, and that of this run is ${other}`,
      );
      expect(lake.questions()).toEqual([]);
      if (before) expect(await lake.allBytes()).toEqual(before);
    },
  );

  test.each(LAKE_KINDS)('hash in a %s: takes its key and no other, to write; none to look', async (kind) => {
    lake = await TextsCommand.start(kind);
    lake.trail.ran('one', SECRET);
    lake.trail.ran('two', { ...SECRET, account: MEMBER });
    const keyless = await lake.ingest([...ASKING, '--query-text', 'hash']);
    expect([keyless.code, keyless.out]).toEqual([2, '']);
    expect(keyless.err).toMatch(/^USAGE: .*AUDIT_LAKE_QUERY_TEXT_KEY/);
    expect((await lake.allBytes()).size).toBe(0);
    await lake.texts(['--query-account', 'self', '--query-text', 'hash'], { env: KEY });

    const resolve = ['resolve', ...ASKING];
    const another = { AUDIT_LAKE_QUERY_TEXT_KEY: 'b-secret-of-32-characters-or-more' };
    for (const [env, code] of [
      [{}, 'USAGE'],
      [another, 'TEXT_MODE'],
    ] as const) {
      lake.world.calls.length = 0;
      for (const ended of [await lake.ingest(ASKING, { env }), await lake.run(resolve, { env })]) {
        expect([ended.code, ended.out, ended.err]).toEqual([
          2,
          '',
          expect.stringMatching(new RegExp(`^${code}: `)),
        ]);
        expect(ended.err).not.toContain(another.AUDIT_LAKE_QUERY_TEXT_KEY);
      }
      expect(lake.questions()).toEqual([]);
    }
    const status = await lake.run(['resolve', '--status', '--output', 'json']);
    expect(JSON.parse(status.out).accounts).toMatchObject([{ account: MEMBER, open: 1 }]);
    expect((await lake.run(resolve, { env: KEY })).code).toBe(0);
    const [[, one] = [], [, two] = []] = await lake.shownTexts();
    expect(one).toEqual(DIGEST);
    expect(one).toBe(two);
  });
});
