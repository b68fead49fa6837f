import { GetPartitionsCommand, type GlueClient, type Partition } from '@aws-sdk/client-glue';
import { AuditLakeError } from '../../errors.js';
import { parseRawName } from '../../lake/raw-partition.js';
import { checkProjection, isProjected, type Properties } from '../../lake/raw-projection.js';
import {
  bitOfDay,
  dayNumbered,
  firstDayOf,
  lengthOf,
  type MonthFolder,
  type PartitionMonth,
} from '../../trace/partition-months.js';
import { awsError } from './aws-error.js';

export type RawMonthsOptions = {
  readonly glue: Pick<GlueClient, 'send'>;
  readonly database: string;
  readonly table: { readonly name: string; readonly root: string };
  /** Of the table; undefined where it is missing. */
  readonly properties: () => Promise<Properties | undefined>;
  /** Those that are asked for; all where none is named. */
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
};

/** How the partitions of the table are found. */
export type RawKind = {
  /** Whether Athena computes them: then nobody knows which of them hold log files. */
  readonly isComputed: boolean;
  /** Whether a query has to name one with `=`. */
  readonly oneAccount: boolean;
  readonly oneRegion: boolean;
};

/** Of an `Expression` of GetPartitions, in characters. */
const MOST_EXPRESSION = 2_048;

/**
 * The partitions that Athena reads, as the Glue catalog shows them, a month at a time; of a projection those that it
 * computes. The register is not asked: it also knows partitions that Athena does not read yet, and whoever asks may have
 * no permission to see it.
 */
export class RawPartitionMonths {
  readonly #options: RawMonthsOptions;
  readonly #known = new Map<string, Promise<PartitionMonth>>();
  #properties: Promise<Properties> | undefined;

  constructor(options: RawMonthsOptions) {
    this.#options = options;
  }

  /** @throws AuditLakeError USAGE for a table that is missing, LAKE_FORMAT for one that is none of ours */
  async kind(): Promise<RawKind> {
    const properties = await this.#asked();
    const isInjected = (column: string) => properties[`projection.${column}.type`]?.trim() === 'injected';
    const isComputed = isProjected(properties);
    return {
      isComputed,
      oneAccount: isComputed && isInjected('account'),
      oneRegion: isComputed && isInjected('region'),
    };
  }

  /** Accounts beside those that were asked for: known from what is searched. @throws AuditLakeError USAGE, LAKE_FORMAT */
  async months(months: readonly string[], accounts: readonly string[]): Promise<readonly PartitionMonth[]> {
    const properties = await this.#asked();
    if (isProjected(properties)) return computed(properties, months, { ...this.#options, known: accounts });
    const found: PartitionMonth[] = [];
    for (const month of months) {
      const asked = this.#known.get(month) ?? this.#registered(month);
      this.#known.set(month, asked);
      found.push(await asked);
    }
    return found;
  }

  #asked(): Promise<Properties> {
    this.#properties ??= this.#options.properties().then((properties) => {
      if (properties) return properties;
      const { table, database } = this.#options;
      const message = `table ${database}.${table.name} is missing: \`audit-lake raw create\` makes it`;
      throw new AuditLakeError('USAGE', message);
    });
    return this.#properties;
  }

  async #registered(month: string): Promise<PartitionMonth> {
    const { glue, database, table } = this.#options;
    const folders = new Map<string, MonthFolder>();
    let from: string | undefined;
    do {
      const command = new GetPartitionsCommand({
        DatabaseName: database,
        TableName: table.name,
        Expression: this.#expression(month),
        ExcludeColumnSchema: true,
        ...(from !== undefined && { NextToken: from }),
      });
      const page = await glue.send(command).catch((error: unknown) => {
        throw awsError(error, { action: 'glue:GetPartitions', resource: `table ${database}.${table.name}` });
      });
      for (const partition of page.Partitions ?? []) added(folders, partition);
      from = page.NextToken;
    } while (from !== undefined);
    return { month, folders: [...folders.values()].filter((folder) => this.#isAsked(folder)) };
  }

  /** What Glue goes by, as far as it takes so much. The values are of grammars that hold no quote. */
  #expression(month: string): string {
    const { accounts, regions } = this.#options;
    const among = (column: string, values: readonly string[]) =>
      values.length === 0 ? [] : [`${column} IN (${values.map((value) => `'${value}'`).join(', ')})`];
    const [year, number] = month.split('-');
    const ofMonth = `year = '${year}' AND month = '${number}'`;
    const whole = [ofMonth, ...among('account', accounts), ...among('region', regions)].join(' AND ');
    return whole.length <= MOST_EXPRESSION ? whole : ofMonth;
  }

  #isAsked({ account, region }: MonthFolder): boolean {
    const { accounts, regions } = this.#options;
    return (
      (accounts.length === 0 || accounts.includes(account)) &&
      (regions.length === 0 || regions.includes(region))
    );
  }
}

/** Values that are not as we make them are no partition of ours. */
function added(folders: Map<string, MonthFolder>, { Values = [] }: Partition): void {
  const [account = '', region = '', ...date] = Values;
  const folder = parseRawName(`${account}/${region}/${date.join('-')}`);
  if (!folder) return;
  const name = `${account}/${region}`;
  const days = (folders.get(name)?.days ?? 0) | bitOfDay(Number(folder.day.slice(-2)));
  folders.set(name, { account, region, days });
}

type Asked = Pick<RawMonthsOptions, 'table' | 'accounts' | 'regions'> & { readonly known: readonly string[] };

/** Every day that the projection covers, of the accounts and Regions that it lists or that were asked for. */
function computed(
  properties: Properties,
  months: readonly string[],
  { table, accounts, regions, known }: Asked,
): readonly PartitionMonth[] {
  const { faults, covers } = checkProjection(table.root, properties);
  if (faults.length > 0) {
    const message = `the projection of table ${table.name} finds nothing: ${faults.join('; ')}. \`audit-lake raw status\` tells more`;
    throw new AuditLakeError('LAKE_FORMAT', message);
  }
  const wantedAccounts = candidates('account', properties, accounts.length > 0 ? accounts : known);
  const wantedRegions = candidates('region', properties, regions);
  const places = wantedAccounts.flatMap((account) => wantedRegions.map((region) => ({ account, region })));
  return months.map((month) => ({
    month,
    folders: places.map((place) => {
      let days = 0;
      for (let at = 0; at < lengthOf(month); at++) {
        if (covers({ ...place, day: dayNumbered(firstDayOf(month) + at) })) days |= bitOfDay(at + 1);
      }
      return { ...place, days };
    }),
  }));
}

/** @throws AuditLakeError USAGE where the projection injects them and none is named */
function candidates(
  column: 'account' | 'region',
  properties: Properties,
  asked: readonly string[],
): readonly string[] {
  const values = properties[`projection.${column}.values`]?.split(',') ?? [];
  if (properties[`projection.${column}.type`]?.trim() === 'enum') {
    return asked.length === 0 ? values : values.filter((value) => asked.includes(value));
  }
  if (asked.length > 0) return asked;
  const message = `the projection of the raw table does not list its ${column}s: name them with --${column}s`;
  throw new AuditLakeError('USAGE', message);
}
