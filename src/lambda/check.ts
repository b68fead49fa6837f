import { type Config, readConfig } from '../config.js';
import { AuditLakeError } from '../errors.js';
import type { Finding } from '../jobs/run-checks.js';
import { isOfSources } from './sources.js';
import { type LambdaContext, stopwatch } from './time-left.js';

/** An event `{"task": "check"}`: whoever deployed the handler asks whether it gets what it needs. */
export type CheckEvent = { readonly task: 'check'; readonly logFile?: unknown };

/** What was found, as `audit-lake doctor --stack` tells it; and a log file that another handler may try to read. */
export type CheckAnswer = { readonly checks: readonly Finding[]; readonly logFile: string | undefined };

type Seen = { logFile: string | undefined };

/** Not everything was tried: who reads the findings must not take them for all. */
const LATE: Finding = {
  name: 'time',
  result: 'fail',
  text: 'it ran short before everything was tried: give the function a longer timeout',
};

export function isCheck(event: unknown): event is CheckEvent {
  return typeof event === 'object' && event !== null && 'task' in event && event.task === 'check';
}

/**
 * Tries what a handler needs, under the role that it runs with. Nothing is left behind, and the answer holds nothing
 * of what log files say.
 * @throws AuditLakeError USAGE for settings that are wrong, and for a log file outside of the sources
 */
export async function check(
  { logFile }: CheckEvent,
  context: LambdaContext,
  examine: (config: Config, seen: Seen) => AsyncIterable<Finding>,
): Promise<CheckAnswer> {
  const config = await readConfig({});
  const seen: Seen = { logFile: mustBeOurs(logFile, config.sources) };
  const { mayStart } = stopwatch(context);
  const checks: Finding[] = [];
  for await (const finding of examine(config, seen)) {
    checks.push(finding);
    if (mayStart()) continue;
    checks.push(LATE);
    break;
  }
  return { checks, logFile: seen.logFile };
}

function mustBeOurs(logFile: unknown, sources: readonly string[]): string | undefined {
  if (logFile === undefined) return undefined;
  if (typeof logFile === 'string' && isOfSources(logFile, sources)) return logFile;
  throw new AuditLakeError('USAGE', 'the log file of the check lies outside of AUDIT_LAKE_SOURCES');
}
