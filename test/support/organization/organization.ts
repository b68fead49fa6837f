import { createRandom, type Random } from '../../../src/demo/random.js';
import type { QueryHistory } from '../../../src/ports/query-history.js';
import { AwsWorld } from '../aws/aws-world.ts';
import { SteppedTime } from '../stepped-time.ts';
import { type Account, type AccountFate, accountsOf, HOME, REGIONS, roleArn } from './accounts.ts';
import { AthenaWatch } from './athena-watch.ts';
import { type Climate, climateOf } from './climate.ts';
import { type Evidence, LAWS } from './laws.ts';
import type { OrganizationMutant } from './mutants.ts';
import { OrganizationLake } from './organization-lake.ts';
import { athenaHistoryOf } from './query-histories.ts';
import { runIn, type StartedQuery } from './started-query.ts';
import { VisibleRows } from './visible-rows.ts';
import { type DeliveredLogFile, workingDay } from './working-day.ts';

export type OrganizationOptions = {
  readonly seed: number;
  /** Nothing fails; all queries are ordinary ones. */
  readonly isCalm: boolean;
  /** What becomes of the first accounts; the others are open. */
  readonly fates: readonly AccountFate[];
  readonly accounts: number;
  readonly regions: number;
  /** Queries for each account and Region, in the mean. */
  readonly queries: number;
  readonly mutant?: OrganizationMutant | undefined;
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 5, 6);
/** Until the longest query of the day has ended. */
const BUSY_MS = 27 * HOUR;
/** Until Athena has forgotten everything, and the last log files have come. */
const LIFE_MS = 49 * DAY;
const DENIED_AFTER = 5 * HOUR;
const MENDED_AFTER = 10 * DAY;

/**
 * A day of queries in all accounts and Regions of an organization, and the 49 days in which they are asked about: an
 * ingest and a resolver side by side, over Athena, STS, S3 and DynamoDB in memory, in a time of their own.
 */
export class Organization {
  readonly time = new SteppedTime(START);
  readonly world = new AwsWorld({ now: this.time.now, account: HOME, region: REGIONS[0] ?? '' });
  readonly watch = new AthenaWatch(this.time.now);
  readonly visible = new VisibleRows();
  readonly lake: OrganizationLake;
  readonly accounts: readonly Account[];
  readonly queries: readonly StartedQuery[];
  readonly climate: Climate;
  readonly #options: OrganizationOptions;
  readonly #random: Random;
  readonly #ingests: { logFiles: number; millis: number }[] = [];
  readonly #ingestHistory: QueryHistory;
  #logFiles: readonly DeliveredLogFile[];
  #resolverHistory: QueryHistory;
  #processes = 0;
  #isMended = false;
  /** Queries whose text Athena still tells. */
  #losing: readonly StartedQuery[] = [];

  constructor(options: OrganizationOptions) {
    const { seed, isCalm, mutant } = options;
    this.#options = options;
    this.#random = createRandom(seed);
    this.time.random = createRandom(seed + 1).fraction;
    this.accounts = accountsOf(options.accounts, options.fates);
    const regions = REGIONS.slice(0, options.regions);
    const drawing = { accounts: this.accounts, regions, start: START, queries: options.queries, isCalm };
    const { queries, logFiles } = workingDay({ ...drawing, random: this.#random });
    this.queries = queries;
    this.#logFiles = logFiles;
    this.climate = climateOf(this.world, seed + 2, { isCalm, start: START });
    this.lake = new OrganizationLake({ time: this.time, seed: seed + 3, mutant });
    this.#ingestHistory = this.#newHistory('ingest');
    this.#resolverHistory = this.#newHistory('resolver 0');
    for (const { id, fate } of this.accounts) {
      if (fate === 'open' || fate === 'denied later' || fate === 'hides')
        this.world.sts.createRole(roleArn(id));
    }
    for (const query of queries) runIn(this.world, query);
    this.#losing = queries.filter(({ nature }) => nature === 'loses its text');
  }

  /** Gives what is wrong when all is over. */
  async run(): Promise<readonly string[]> {
    for (let age = 0; age <= LIFE_MS; age += age < BUSY_MS ? 10 * MINUTE : HOUR) {
      this.time.at = Math.max(this.time.at, START + age);
      this.#change(age);
      await this.#turn(age % DAY === 0);
    }
    return LAWS.flatMap((law) => law(this.evidence()));
  }

  evidence(): Evidence {
    const { accounts, queries, watch, visible } = this;
    const { isCalm } = this.#options;
    const openQueries = this.lake.openQueries();
    return { isCalm, accounts, queries, watch, visible, openQueries, ingests: this.#ingests };
  }

  /** What the scheduler starts: an ingest of what was delivered, and a resolver beside it. Once a day in any case. */
  async #turn(isNewDay: boolean): Promise<void> {
    const due = this.#logFiles.filter(({ deliveredAt }) => deliveredAt <= this.time.at);
    this.#logFiles = this.#logFiles.filter(({ deliveredAt }) => deliveredAt > this.time.at);
    if (due.length === 0 && !this.lake.isDue() && !isNewDay) return;
    // Now and then the resolver is another process, which remembers nothing.
    if (this.#random.between(0, 19) === 0) {
      this.#resolverHistory = this.#newHistory(`resolver ${++this.#processes}`);
    }
    const work = [this.#ingest(due), this.lake.resolve(this.#resolverHistory)];
    await this.time.settle(Promise.all(work));
    await this.visible.look(this.lake.dataFiles());
  }

  async #ingest(due: readonly DeliveredLogFile[]): Promise<void> {
    if (due.length === 0) return;
    const begun = this.time.at;
    await this.lake.ingest(due, this.#ingestHistory);
    this.#ingests.push({ logFiles: due.length, millis: this.time.at - begun });
  }

  #newHistory(process: string): QueryHistory {
    const { world, time, climate, accounts, watch } = this;
    const { seed, mutant } = this.#options;
    return athenaHistoryOf(process, { world, time, climate, accounts, watch, mutant, seed });
  }

  /** What changes in the world meanwhile. */
  #change(age: number): void {
    for (const query of this.#losing.filter(({ endsAt }) => endsAt <= this.time.at)) runIn(this.world, query);
    this.#losing = this.#losing.filter(({ endsAt }) => endsAt > this.time.at);
    if (age === DENIED_AFTER) {
      for (const { id } of this.accounts.filter(({ fate }) => fate === 'denied later')) {
        for (const region of REGIONS) this.world.athenaIn(id, region).denied = true;
      }
    }
    if (age < MENDED_AFTER || this.#isMended) return;
    this.#isMended = true;
    for (const { id, fate } of this.accounts) if (fate === 'mended') this.world.sts.createRole(roleArn(id));
  }
}
