import type { Finding } from '../jobs/run-checks.js';
import type { Permission } from '../ports/access-check.js';
import { printable } from '../shown/printable.js';

/** Names of checks are at most so long: of a lake, and of a stack, whose functions stand before them. */
const NAME_WIDTH = { lake: 27, stack: 37 } as const;

/** A finding on one line, and below it the statement that is missing. */
export function findingText({ name, result, text, allow }: Finding, about: keyof typeof NAME_WIDTH): string {
  const line = `${result.padEnd(5)} ${name.padEnd(NAME_WIDTH[about])} ${printable(text)}`.trimEnd();
  return allow ? `${line}\n      add: ${JSON.stringify(statementOf(allow))}\n` : `${line}\n`;
}

export function findingObject({ name, result, text, code, allow }: Finding): object {
  return { name, result, text, code: code ?? null, statement: allow ? statementOf(allow) : null };
}

/** A statement of an IAM policy. */
function statementOf({ actions, resources }: Permission): object {
  return { Effect: 'Allow', Action: actions, Resource: resources };
}
