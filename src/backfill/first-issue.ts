import type * as z from 'zod';

/** What is wrong first with a value, and at which of its members. */
export function firstIssue({ issues: [issue] }: z.ZodError): string {
  return issue === undefined ? '' : [issue.path.join('.'), issue.message].filter(Boolean).join(': ');
}
