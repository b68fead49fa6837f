import { readFile } from 'node:fs/promises';
import { DEFAULT_PRICES, type PriceTable } from '../backfill/price-table.js';
import { AuditLakeError, messageOf } from '../errors.js';

/** The prices that somebody wrote into a YAML file, or our own. @throws AuditLakeError USAGE */
export async function readPrices(path: string | undefined): Promise<PriceTable> {
  if (path === undefined) return DEFAULT_PRICES;
  const { parsePrices } = await import('../backfill/price-file.js');
  return parsePrices(await yamlOf(path), path);
}

async function yamlOf(path: string): Promise<unknown> {
  const { parse } = await import('yaml');
  try {
    return parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new AuditLakeError('USAGE', `cannot read the prices in ${path}: ${messageOf(error)}`, error);
  }
}
