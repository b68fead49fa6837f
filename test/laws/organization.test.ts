import { beforeAll, describe, expect, test } from 'vitest';
import { ALL_OPEN, REGIONS, TROUBLED, WITHOUT_ROLE } from '../support/organization/accounts.ts';
import { MUTANTS } from '../support/organization/mutants.ts';
import { Organization, type OrganizationOptions } from '../support/organization/organization.ts';
import { rowsOfView } from '../support/organization/rows-of-view.ts';
import { SEED } from '../support/seed.ts';

/** SEEDS=20 runs as many, QUERIES=30 for each account and Region; SEED=<one that failed> SEEDS=1 repeats it alone. */
const SEEDS = Number(process.env['SEEDS'] ?? 1);
const QUERIES = Number(process.env['QUERIES'] ?? 7.6);
const TIMEOUT_MS = 120_000 + SEEDS * QUERIES * 30_000;

const TROUBLED_ORGANIZATION: OrganizationOptions = {
  ...{ seed: SEED, isCalm: false, fates: TROUBLED, accounts: 50, regions: REGIONS.length, queries: QUERIES },
};
const CALM: OrganizationOptions = {
  ...{ seed: SEED, isCalm: true, fates: ALL_OPEN, accounts: 50, regions: REGIONS.length, queries: QUERIES },
};

describe('50 accounts and 17 Regions of which everything fails that can: a day of queries, and 49 days to learn of them', () => {
  let organization: Organization;
  const wrong: string[] = [];

  beforeAll(async () => {
    for (let seed = SEED; seed < SEED + SEEDS; seed++) {
      organization = new Organization({ ...TROUBLED_ORGANIZATION, seed });
      wrong.push(...(await organization.run()).map((it) => `SEED=${seed}: ${it}`));
    }
  }, TIMEOUT_MS);

  test('E1 E2 T11: every row ends right, no text is lost, at most 1.1 calls a query, nobody waits, nothing stays open', () => {
    expect(wrong).toEqual([]);
  });

  test('meets what it is meant to meet', () => {
    const { watch, visible, lake } = organization;
    const statuses = new Set([...visible.rows().values()].map(({ status }) => status));
    expect([...statuses].sort()).toEqual([
      ...['denied', 'expired', 'in_event', 'never_started', 'not_applicable', 'not_found', 'resolved'],
    ]);
    expect([...watch.failures.keys()].sort()).toEqual([
      ...['AccessDeniedException', 'ExpiredTokenException', 'InternalServerException'],
      ...['InvalidRequestException', 'ThrottlingException', 'TimeoutError'],
    ]);
    expect(watch.unprocessed).toBeGreaterThan(100);
    expect([...lake.dataFiles().keys()].some((path) => path.startsWith('athena_query_details/'))).toBe(true);
  });

  test('shows the same through the view that people ask', async () => {
    const { visible, lake } = organization;
    const expected = [...visible.rows().values()].map((row) => [
      ...[row.account, row.region, row.eventId, row.text, row.status, row.source, row.state],
    ]);
    expect((await rowsOfView(lake)).map(String).sort()).toEqual(expected.map(String).sort());
  });
});

describe('50 accounts and 17 Regions of which nothing fails', () => {
  test('cost a call for each 50 ids of an account, Region and bundle, and not one more', async () => {
    const organization = new Organization(CALM);
    expect(await organization.run()).toEqual([]);
    expect(organization.watch.calls.length).toBeGreaterThan(850);
  });

  test('are not delayed by two accounts whose role is denied or is not there', async () => {
    const few = { ...CALM, accounts: 10, regions: 5 };
    const open = new Organization(few);
    const closed = new Organization({ ...few, fates: WITHOUT_ROLE });
    expect([...(await open.run()), ...(await closed.run())]).toEqual([]);
    const longest = (it: Organization) => Math.max(...it.evidence().ingests.map(({ millis }) => millis));
    expect(longest(closed)).toBeLessThanOrEqual(longest(open));
    const denied = closed.watch.assumed.filter(({ arn }) => /:44445555000[12]:/.test(arn));
    expect(denied.length).toBeGreaterThan(0);
    expect(denied.filter(({ process }) => process === 'ingest').length).toBeLessThanOrEqual(10);
  });
});

describe('the laws of an organization', () => {
  /** A seed in which each planted bug meets what shows it. */
  const small = (isCalm: boolean): OrganizationOptions => ({
    ...{ seed: 3, isCalm, fates: isCalm ? ALL_OPEN : TROUBLED },
    ...{ accounts: 50, regions: 1, queries: 7.6 },
  });

  test.each([true, false])('are kept by a small one (calm: %s)', async (isCalm) => {
    expect(await new Organization(small(isCalm)).run()).toEqual([]);
  });

  test.each(MUTANTS)('are broken by $name', async (mutant) => {
    const organization = new Organization({ ...small(mutant.isCalm === true), mutant });
    const wrong = await organization.run();
    expect(wrong.filter((it) => mutant.breaks.test(it))).not.toEqual([]);
  });
});
