import type { Finding } from '../jobs/run-checks.js';
import type { Permission } from '../ports/access-check.js';
import { printable } from './printable.js';

const NAME_WIDTH = 27;

/** A finding on one line, and below it the statement that is missing. */
export function findingText({ name, result, text, allow }: Finding): string {
  const line = `${result.padEnd(5)} ${name.padEnd(NAME_WIDTH)} ${printable(text)}`.trimEnd();
  return allow ? `${line}\n      add: ${JSON.stringify(statementOf(allow))}\n` : `${line}\n`;
}

export function findingObject({ name, result, text, code, allow }: Finding): object {
  return { name, result, text, code: code ?? null, statement: allow ? statementOf(allow) : null };
}

/** A statement of an IAM policy. */
function statementOf({ actions, resources }: Permission): object {
  return { Effect: 'Allow', Action: actions, Resource: resources };
}
