import { afterEach, describe, expect, test } from 'vitest';
import { ASKING, DAY, FAR_REGION, HOME, MEMBER, OTHER, REGION } from '../support/query-trail.ts';
import { LAKE_KINDS, TextsCommand } from '../support/texts-command.ts';

const YEAR = 365 * DAY;

let lake: TextsCommand;
afterEach(() => lake.end());

/** Each query of a year's trail, its text and where that came from. */
const textsOf = async () =>
  lake.rows(
    'SELECT query_execution_id AS id, query_text, query_text_status AS status, query_state AS state, ' +
      'data_scanned_bytes AS bytes FROM athena_audit_logs ORDER BY 1',
  );

const sourcesOf = async () => {
  const rows = await lake.rows(
    'SELECT DISTINCT query_text_source AS source FROM athena_audit_logs ORDER BY 1',
  );
  return rows.map(({ source }) => source);
};

/** Queries of three accounts in two Regions. */
function fill({ trail }: TextsCommand): void {
  for (let n = 0; n < 40; n++) {
    const account = [HOME, MEMBER, OTHER][n % 3] ?? HOME;
    const region = n % 2 === 0 ? REGION : FAR_REGION;
    const statistics = { DataScannedInBytes: 1_000 + n };
    trail.ran(`q${String(n).padStart(2, '0')}`, { account, region, statistics, ago: (n + 1) * DAY });
  }
}

/** A named query that an event creates and hides. */
function create({ trail, world }: TextsCommand): void {
  world.athenaIn(HOME, REGION).createNamedQuery({ id: 'named', sql: 'SELECT 7' });
  trail.started('-', {
    event: {
      eventName: 'CreateNamedQuery',
      requestParameters: { name: 'seven', queryString: '***OMITTED***' },
      responseElements: { namedQueryId: 'named' },
    },
  });
}

describe.each(LAKE_KINDS)('a year later, when Athena has forgotten every text, lake in a %s', (kind) => {
  test('ingesting the same events again leaves every text in place, and asks Athena nothing', async () => {
    lake = await TextsCommand.start(kind);
    fill(lake);
    const files = lake.deliver();
    expect((await lake.texts(ASKING)).query_texts).toEqual({ resolved: 40 });
    const before = await textsOf();
    expect(before.every(({ query_text, status }) => query_text !== null && status === 'resolved')).toBe(true);
    expect(before.filter(({ bytes }) => Number(bytes) >= 1_000)).toHaveLength(40);

    const { now } = lake.world;
    lake.world.now = () => now() + YEAR;
    const later = { ahead: YEAR };
    // The same log files, for another dataset.
    const both = ['--dataset', 'athena_events', '--dataset', 'cloudtrail_events'];
    const again = await lake.texts([...ASKING, ...both], later);
    expect(again.rows_written).toEqual({ athena_events: 0, cloudtrail_events: 40 });
    expect(lake.questions()).toEqual([]);
    expect(await textsOf()).toEqual(before);
    // Two other trails with the same events: the view shows rows of the first one's keys from then on.
    lake.deliver(files.map(({ key, bytes }) => ({ key: `A-trail/${key}`, bytes })));
    lake.deliver(files.map(({ key, bytes }) => ({ key: `Z-trail/${key}`, bytes })));
    const others = await lake.texts([...ASKING, ...both], later);
    expect(others.rows_written).toEqual({ athena_events: 80, cloudtrail_events: 80 });
    expect(others.query_texts).toEqual({ resolved: 80 });
    expect(lake.questions()).toEqual([]);
    expect(lake.world.count('AssumeRole')).toBe(0);
    expect(await textsOf()).toEqual(before);
    expect(await sourcesOf()).toEqual(['lake']);
  });

  test('what resolve found in time is there as well', async () => {
    lake = await TextsCommand.start(kind);
    fill(lake);
    const files = lake.deliver();
    await lake.texts([]);
    expect((await lake.run(['resolve', ...ASKING])).code).toBe(0);
    const before = await textsOf();
    expect(before.every(({ status }) => status === 'resolved')).toBe(true);
    const { now } = lake.world;
    lake.world.now = () => now() + YEAR;
    lake.deliver(files.map(({ key, bytes }) => ({ key: `A-trail/${key}`, bytes })));
    const again = await lake.texts(ASKING, { ahead: YEAR });
    expect(again.query_texts).toEqual({ resolved: 40 });
    expect(lake.questions()).toEqual([]);
    expect(await textsOf()).toEqual(before);
  });
});

describe('a year later', () => {
  test('without the memory of the lake texts would be gone: Athena tells of none any more', async () => {
    lake = await TextsCommand.start('folder');
    fill(lake);
    const { now } = lake.world;
    lake.world.now = () => now() + YEAR;
    const summary = await lake.texts(ASKING, { ahead: YEAR });
    expect(summary.query_texts).toEqual({ expired: 40 });
    expect(lake.questions()).toEqual([]);
  });

  test('the text of a named query that was deleted since stays, though Athena is asked for a newer one', async () => {
    lake = await TextsCommand.start('folder');
    create(lake);
    const files = lake.deliver();
    expect((await lake.texts(ASKING)).query_texts).toEqual({ resolved: 1 });
    const { now } = lake.world;
    lake.world.now = () => now() + YEAR;
    lake.world.athenaIn(HOME, REGION).dropNamedQuery('named');
    lake.deliver(files.map(({ key, bytes }) => ({ key: `A-trail/${key}`, bytes })));
    expect((await lake.texts(ASKING, { ahead: YEAR })).query_texts).toEqual({ resolved: 1 });
    expect(await lake.shownTexts()).toEqual([[null, 'SELECT 7', 'resolved']]);
  });
});
