import { AuditLakeError, type ErrorCode, messageOf } from '../errors.js';
import type { Check, Permission, Step } from '../ports/access-check.js';

/** What a check found: one line. `allow`: what a policy has to allow so that it passes. */
export type Finding = {
  readonly name: string;
  readonly result: 'ok' | 'fail' | 'skip';
  readonly text: string;
  readonly code?: ErrorCode;
  readonly allow?: Permission;
};

/**
 * Runs checks in their order and tells each as it ends. It never throws: what goes wrong is what is looked for. A
 * generator may make the next check of what the ones before it have seen.
 * `failed`: names of checks that have failed, kept across several runs.
 */
export async function* runChecks(
  checks: Iterable<Check>,
  failed: Set<string> = new Set(),
): AsyncGenerator<Finding> {
  for (const check of checks) {
    const finding = await findingOf(check, failed);
    if (finding.result === 'fail' || isBehind(check, failed)) failed.add(check.name);
    yield finding;
  }
}

const isBehind = ({ needs }: Check, failed: ReadonlySet<string>) => needs.some((name) => failed.has(name));

async function findingOf(check: Check, failed: ReadonlySet<string>): Promise<Finding> {
  const { name, needs, steps } = check;
  const missing = needs.find((it) => failed.has(it));
  const reason = missing === undefined ? check.unless?.() : `needs ${missing}`;
  if (reason !== undefined) return { name, result: 'skip', text: reason };
  const told: string[] = [];
  for (const step of steps) {
    try {
      const text = await step.run();
      if (text !== undefined) told.push(text);
    } catch (error) {
      return { name, result: 'fail', ...failureOf(step, error) };
    }
  }
  return { name, result: 'ok', text: told.join('; ') };
}

function failureOf({ call, deniedInstead }: Step, error: unknown): Pick<Finding, 'text' | 'code' | 'allow'> {
  const code = error instanceof AuditLakeError ? error.code : 'INTERNAL';
  const denied = code === 'AWS_DENIED' ? (deniedInstead?.(error) ?? call) : undefined;
  if (!denied) return { text: messageOf(error), code };
  return { text: `${denied.action} denied on ${denied.on}`, code, allow: denied.allowedBy };
}
