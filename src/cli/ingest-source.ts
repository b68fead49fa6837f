import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../config.js';
import { AuditLakeError } from '../errors.js';
import { mustNotOverlap } from '../lake/overlap.js';
import type { LocalArgument } from '../wiring/local-source.js';
import type { Source } from '../wiring/source.js';

/**
 * What the arguments name: local files, folders and globs, or places in S3 that the lake does not lie in.
 * @throws AuditLakeError USAGE
 */
export async function sourceOf(given: readonly string[], config: Config, lake: string): Promise<Source> {
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

/** A path that exists is taken as it is, whatever characters it holds; anything else may be a glob. */
async function expand(sources: readonly string[]): Promise<LocalArgument[]> {
  const given: LocalArgument[] = [];
  for (const source of sources) {
    if (source === '') throw new AuditLakeError('USAGE', 'a source is empty: name a file or a folder');
    if (existsSync(source) || !/[*?[{]/.test(source)) given.push(source);
    else given.push(...(await globbed(source)));
  }
  return given;
}

/** Keys of what a pattern finds count from where the pattern begins, as if that folder had been named. */
async function globbed(pattern: string): Promise<LocalArgument[]> {
  const { glob } = await import('tinyglobby');
  const found = await glob(pattern, { dot: true, absolute: true, expandDirectories: false });
  if (found.length === 0) throw new AuditLakeError('USAGE', `no file matches ${pattern}`);
  const below = resolve(pattern.replace(/[^/\\]*[*?[{].*$/s, ''));
  return found.sort().map((path) => ({ path, below }));
}
