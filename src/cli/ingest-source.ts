import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../config.js';
import { AuditLakeError } from '../errors.js';
import { mustNotOverlap } from '../lake/overlap.js';
import { accountId } from '../setting-values.js';
import { SETTINGS } from '../settings.js';
import { formatDuration } from '../shown/units.js';
import type { LocalArgument } from '../wiring/local-source.js';
import type { Source } from '../wiring/source.js';

/** What stands in place of a path: the event history of CloudTrail. */
export const EVENT_HISTORY = 'cloudtrail:lookup-events';

/** The arguments of a command. */
type NamedSource = {
  readonly sources: readonly string[];
  /** Whose event history. */
  readonly accounts: readonly string[];
};

/**
 * What the arguments name: local files, folders and globs; places in S3 that the lake does not lie in; or the event
 * history, for which AWS is asked who we are.
 * @throws AuditLakeError USAGE; for the event history AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function sourceOf(named: NamedSource, config: Config, lake: string): Promise<Source> {
  const { sources: given, accounts } = named;
  if (given.includes(EVENT_HISTORY)) return eventHistory(named, config);
  if (accounts.length > 0) throw new AuditLakeError('USAGE', `--account belongs to ${EVENT_HISTORY}`);
  const misspelt = given.find((source) => /^cloudtrail:/i.test(source) && !existsSync(source));
  if (misspelt !== undefined) {
    throw new AuditLakeError('USAGE', `nothing is called ${misspelt}. Did you mean ${EVENT_HISTORY}?`);
  }
  const inS3 = given.filter((source) => source.startsWith('s3://'));
  if (inS3.length === 0) return { reading: { kind: 'local' }, paths: await expand(given) };
  if (inS3.length < given.length) {
    throw new AuditLakeError('USAGE', 'name places in S3 or local ones, not both in one command');
  }
  mustNotOverlap(lake, inS3);
  const { profile, region, endpointUrl, sourceOwner } = config;
  const settings = { profile, region, endpointUrl, sourceOwner };
  return { reading: { kind: 's3', settings }, locations: inS3 };
}

async function eventHistory({ sources, accounts }: NamedSource, config: Config): Promise<Source> {
  if (sources.some((source) => source !== EVENT_HISTORY)) {
    throw new AuditLakeError('USAGE', `name ${EVENT_HISTORY} alone, without other sources`);
  }
  const wrong = accounts.find((account) => accountId(account) === undefined);
  if (wrong !== undefined) {
    const { takes } = SETTINGS.sourceOwner;
    throw new AuditLakeError('USAGE', `--account takes ${takes}, not ${JSON.stringify(wrong)}`);
  }
  const { profile, region, endpointUrl, queryRole, queryExternalId } = config;
  const given = { profile, region, endpointUrl, queryRole, queryExternalId };
  const { lookupEventsSettings } = await import('../wiring/lookup-events-source.js');
  const settings = await lookupEventsSettings(accounts, config.datasets, given);
  return { reading: { kind: 'lookup-events', settings } };
}

const DAYS = 90;
/** Two calls a second, and a call for a quiet day. */
const SECONDS_A_DAY = 0.5;

/** What is good to know before a source is read that takes its time; undefined for all others. */
export function announcement({ reading }: Source): string | undefined {
  if (reading.kind !== 'lookup-events') return undefined;
  const { accounts, region } = reading.settings;
  const seconds = formatDuration(DAYS * accounts.length * SECONDS_A_DAY);
  return (
    `Reading the event history of ${accounts.join(', ')} in ${region}: ${DAYS} days, two calls a second. That takes ` +
    `${seconds} where days are quiet, and half a second more for each 50 events. Hours in the lake are not read again.`
  );
}

/** A path that exists is taken as it is, whatever characters it holds; anything else may be a glob. */
async function expand(sources: readonly string[]): Promise<LocalArgument[]> {
  const given: LocalArgument[] = [];
  for (const source of sources) {
    if (source === '') throw new AuditLakeError('USAGE', 'a source is empty: name a file or a folder');
    if (isGlob(source)) given.push(...(await globbed(source)));
    else given.push(source);
  }
  return given;
}

const isGlob = (source: string) => !existsSync(source) && /[*?[{]/.test(source);

/** @throws AuditLakeError USAGE */
async function globbed(source: string): Promise<LocalArgument[]> {
  const found = await matching(source);
  if (found.length === 0) throw new AuditLakeError('USAGE', `no file matches ${source}`);
  return found;
}

/** Keys of what a pattern finds count from where the pattern begins, as if that folder had been named. */
async function matching(source: string): Promise<LocalArgument[]> {
  const { glob } = await import('tinyglobby');
  const found = await glob(source, { dot: true, absolute: true, expandDirectories: false });
  const { below } = partsOf(source);
  return found.sort().map((path) => ({ path, below }));
}

/** What of local sources, named by somebody some time ago, is still there. */
export async function stillThere(sources: readonly string[]): Promise<LocalArgument[]> {
  const given: LocalArgument[] = [];
  for (const source of sources) {
    if (existsSync(source)) given.push(source);
    else if (isGlob(source)) given.push(...(await matching(source)));
  }
  return given;
}

/** A path or a glob that means the same from every folder, whatever characters the name of this one holds. */
export function everywhere(source: string): string {
  if (!isGlob(source)) return resolve(source);
  const { below, pattern } = partsOf(source);
  const escaped = below.replace(/[*?[\]{}()!+@|\\]/g, '\\$&');
  return `${escaped.replace(/\/$/, '')}/${pattern}`;
}

/** The folder where a glob begins, and the glob below it. */
function partsOf(source: string): { readonly below: string; readonly pattern: string } {
  const folder = /^(?:(?:[^*?[{\\]|\\.)*\/)?/s.exec(source)?.[0] ?? '';
  return { below: resolve(folder.replace(/\\(.)/gs, '$1')), pattern: source.slice(folder.length) };
}
