import { readFile } from 'node:fs/promises';
import { isPlanId } from '../../backfill/plan-id.js';
import { AuditLakeError } from '../../errors.js';

/**
 * The id or the location of the plan that an argument names: by its id, by its file (.jsonl), or by a file with what
 * `backfill plan --output json` printed. Undefined where it names no plan, but log files.
 * @throws AuditLakeError PLAN_FORMAT for an object of ours that is no plan
 */
export async function namedPlan(argument: string): Promise<string | undefined> {
  if (isPlanId(argument) || argument.endsWith('.jsonl')) return argument;
  if (!argument.endsWith('.json')) return undefined;
  const text = await readFile(argument, 'utf8').catch(() => '');
  // A log file may be named so too, and begins with its records.
  if (!/^\s*\{\s*"schema_version"/.test(text)) return undefined;
  const { plan, location } = objectOf(text);
  if (isText(plan) && isPlanId(plan) && isText(location)) return location;
  const message = `${argument} is not what \`audit-lake backfill plan --output json\` prints: it names no plan`;
  throw new AuditLakeError('PLAN_FORMAT', message);
}

function objectOf(text: string): { readonly plan?: unknown; readonly location?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';
