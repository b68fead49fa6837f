import { AuditLakeError } from '../errors.js';
import { isAccount, isRegion, RAW_PARTITION_COLUMNS, type RawFolder } from './raw-partition.js';

/**
 * Partitions that Athena computes from properties of the table, in place of a register. No accounts or no Regions:
 * these are injected, and every query must name them with `=`.
 * Source: docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
 */
export type Projection = {
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** `YYYY`; the last is the year in which somebody asks. */
  readonly fromYear: string;
};

export type Properties = { readonly [name: string]: string | undefined };

const YEAR = /^\d{4}$/;

/**
 * The properties of a table over a root.
 * @throws AuditLakeError USAGE for an account, Region or year that is none
 */
export function projectionProperties(
  root: string,
  projection: Projection,
): { readonly [name: string]: string } {
  const { accounts, regions, fromYear } = projection;
  mustAllBe('accounts of 12 digits', accounts, isAccount);
  mustAllBe('Regions', regions, isRegion);
  mustAllBe('years', [fromYear], (year) => YEAR.test(year));
  return {
    'projection.enabled': 'true',
    ...chosen('account', accounts),
    ...chosen('region', regions),
    'projection.year.type': 'date',
    'projection.year.format': 'yyyy',
    'projection.year.range': `${fromYear},NOW`,
    'projection.year.interval': '1',
    'projection.year.interval.unit': 'YEARS',
    ...twoDigits('month', 12),
    ...twoDigits('day', 31),
    'storage.location.template': templateOf(root),
  };
}

const templateOf = (root: string) => `${root}\${account}/CloudTrail/\${region}/\${year}/\${month}/\${day}/`;

const chosen = (column: string, values: readonly string[]): { readonly [name: string]: string } =>
  values.length === 0
    ? { [`projection.${column}.type`]: 'injected' }
    : { [`projection.${column}.type`]: 'enum', [`projection.${column}.values`]: values.join(',') };

const twoDigits = (column: string, to: number) => ({
  [`projection.${column}.type`]: 'integer',
  [`projection.${column}.range`]: `1,${to}`,
  [`projection.${column}.digits`]: '2',
});

function mustAllBe(what: string, values: readonly string[], isOne: (value: string) => boolean): void {
  const other = values.find((value) => !isOne(value));
  if (other === undefined) return;
  throw new AuditLakeError('USAGE', `expected ${what}, not ${JSON.stringify(other)}`);
}

export const isProjected = (properties: Properties): boolean =>
  (properties['projection.enabled'] ?? '').trim().toLowerCase() === 'true';

/** What a projected table says of itself: faults that make it answer with too few rows, and what it covers. */
export type ProjectionCheck = {
  readonly faults: readonly string[];
  /** Whether a query can see the log files of a folder; true where a fault hides them all anyway. */
  readonly covers: (folder: RawFolder) => boolean;
};

/**
 * Holds the properties of a table against CloudTrail's layout below its root. A query over a projection that is wrong
 * does not fail: it gives no rows.
 */
export function checkProjection(root: string, properties: Properties): ProjectionCheck {
  const seen = RAW_PARTITION_COLUMNS.map((column) => readColumn(column, properties));
  return {
    faults: [...templateFaults(root, properties), ...seen.flatMap(({ faults }) => faults)],
    covers: (folder) => {
      const [year, month, day] = folder.day.split('-');
      const values = [folder.account, folder.region, year, month, day];
      return seen.every(({ holds }, at) => holds(values[at] ?? ''));
    },
  };
}

function templateFaults(root: string, properties: Properties): readonly string[] {
  const template = properties['storage.location.template'];
  const wanted = templateOf(root);
  if (template === wanted) return [];
  if (template === undefined) return [`storage.location.template is missing: expected ${wanted}`];
  const missing = RAW_PARTITION_COLUMNS.filter((column) => !template.includes(`\${${column}}`));
  const why = [
    ...(missing.length > 0 ? [`it does not name ${missing.join(', ')}`] : []),
    ...(template.endsWith('/') ? [] : ['it does not end in a slash']),
  ];
  const reason = why.length > 0 ? `${why.join(', and ')}; ` : '';
  return [`storage.location.template is ${template}: ${reason}expected ${wanted}`];
}

type ReadColumn = { readonly faults: readonly string[]; readonly holds: (value: string) => boolean };

function readColumn(column: string, properties: Properties): ReadColumn {
  const of = (name: string) => properties[`projection.${column}.${name}`];
  const type = of('type')?.trim().toLowerCase();
  const name = `projection.${column}`;
  if (type === undefined)
    return { faults: [`${name}.type is missing: Athena refuses the query`], holds: ALL };
  if (type === 'injected') return { faults: [], holds: ALL };
  if (type === 'enum') return readEnum(name, of('values') ?? '');
  if (type !== 'integer' && type !== 'date') {
    return { faults: [`${name}.type is ${type}: expected enum, injected, integer or date`], holds: ALL };
  }
  return readRange(name, {
    type,
    range: of('range'),
    digits: of('digits'),
    format: of('format'),
    interval: of('interval'),
  });
}

const ALL = () => true;

/** Athena takes white space for a part of a value. */
function readEnum(name: string, text: string): ReadColumn {
  const values = text.split(',');
  const blank = values.find((value) => value !== value.trim() || value === '');
  const faults =
    blank === undefined
      ? []
      : [`${name}.values holds ${JSON.stringify(blank)}: Athena takes blanks for a part of it`];
  const known = new Set(values);
  return { faults, holds: (value) => known.has(value) };
}

type Range = {
  readonly type: 'integer' | 'date';
  readonly range: string | undefined;
  readonly digits: string | undefined;
  readonly format: string | undefined;
  readonly interval: string | undefined;
};

/** The columns of the layout are digits of a fixed length: they compare as texts and as numbers alike. */
function readRange(name: string, { type, range, digits, format, interval }: Range): ReadColumn {
  const width = name.endsWith('.year') ? 4 : 2;
  const [from = '', to = '', ...more] = (range ?? '').split(',').map((end) => end.trim());
  const isOpen = type === 'date' && to === 'NOW';
  if (more.length > 0 || !/^\d+$/.test(from) || !(isOpen || /^\d+$/.test(to))) {
    const fault = `${name}.range is ${range ?? 'missing'}: expected two ends, as ${width === 4 ? '2020,NOW' : '1,12'}`;
    return { faults: [fault], holds: ALL };
  }
  const shape = type === 'date' ? dateFault(name, format) : digitsFault(name, width, digits);
  return {
    faults: [shape, stepFault(name, interval)].flatMap((fault) => fault ?? []),
    holds: (value) => Number(value) >= Number(from) && (isOpen || Number(value) <= Number(to)),
  };
}

const dateFault = (name: string, format: string | undefined): string | undefined =>
  format === 'yyyy' ? undefined : `${name}.format is ${format ?? 'missing'}: expected yyyy`;

/** A year has four by itself. */
function digitsFault(name: string, width: number, digits: string | undefined): string | undefined {
  if (width === 4 || digits?.trim() === '2') return undefined;
  return `${name}.digits is ${digits ?? 'missing'}: expected 2, as in the folders of CloudTrail`;
}

/** A longer step leaves values out. */
function stepFault(name: string, interval = '1'): string | undefined {
  return interval.trim() === '1' ? undefined : `${name}.interval is ${interval}: expected 1`;
}
