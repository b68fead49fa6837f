import { type FileHandle, open, stat } from 'node:fs/promises';
import { isPlanId } from '../../backfill/plan-id.js';
import { AuditLakeError } from '../../errors.js';

/**
 * The id or the location of the plan that arguments name: by its id, by its file (.jsonl), or by a file with what
 * `backfill plan --output json` printed, named alone. Undefined where they name no plan, but log files.
 * @throws AuditLakeError PLAN_FORMAT for an object of ours that is no plan
 */
export async function namedPlan(named: readonly string[]): Promise<string | undefined> {
  const plan = named.find((argument) => isPlanId(argument) || argument.endsWith('.jsonl'));
  const [argument = '', ...others] = named;
  if (plan !== undefined || others.length > 0 || !argument.endsWith('.json')) return plan;
  const text = await printedText(argument);
  return text === undefined ? undefined : locationIn(text, argument);
}

/** As much as is looked at of a file that may be a log file as well, and large. */
const HEAD_BYTES = 1024;

/** The text of a file that begins as what we print does; a log file may be named so too, and begins with its records. */
async function printedText(path: string): Promise<string | undefined> {
  const isFile = await stat(path)
    .then((it) => it.isFile())
    .catch(() => false);
  const file = isFile ? await open(path).catch(() => undefined) : undefined;
  try {
    return file && (await isPrinted(file)) ? await file.readFile('utf8') : undefined;
  } finally {
    await file?.close();
  }
}

async function isPrinted(file: FileHandle): Promise<boolean> {
  // At a place of its own: the file is still to be read from its beginning.
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  return /^\s*\{\s*"schema_version"/.test(buffer.toString('utf8', 0, bytesRead));
}

/** @throws AuditLakeError PLAN_FORMAT */
function locationIn(text: string, argument: string): string {
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
