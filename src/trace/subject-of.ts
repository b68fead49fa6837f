import { AuditLakeError } from '../errors.js';
import type { Subject } from './subject.js';

/** How who or what is traced may be written. */
export const SUBJECT_GRAMMAR =
  'a name (of a person or a role), an access key, or the ARN of a user, a role or a session';

/** Long-lived keys begin with AKIA, temporary ones with ASIA (IAM, "Understanding unique ID prefixes"). */
const KEY = /^A[KS]IA[A-Z0-9]{12,124}$/;
const ARN = /^arn:([^:]+):(?:iam|sts):[^:]*:([^:]*):(.+)$/s;

/** Whether the key ends by itself: somebody was given it for some hours. */
export const isTemporary = (key: string): boolean => key.startsWith('ASIA');

/** Who or what a text names. @throws AuditLakeError USAGE for an empty one */
export function subjectOf(text: string): Subject {
  const who = text.trim();
  if (who === '') throw new AuditLakeError('USAGE', `<who> is empty: write ${SUBJECT_GRAMMAR}`);
  if (KEY.test(who)) return { kind: 'key', id: who };
  if (!who.startsWith('arn:')) return { kind: 'name', name: who };
  const [, partition = '', account = '', resource = ''] = ARN.exec(who) ?? [];
  if (resource.startsWith('role/')) return { kind: 'role', arn: who };
  const role = /^assumed-role\/([^/]+)\/?$/.exec(resource)?.[1];
  if (role === undefined) return { kind: 'arn', arn: who };
  return { kind: 'role', arn: `arn:${partition}:iam::${account}:role/${role}` };
}

/** What the ARNs of all sessions of a role begin with. They tell nothing of its path: names are unique in an account. */
export function sessionsOf(roleArn: string): string {
  const [, partition = '', account = '', resource = ''] = ARN.exec(roleArn) ?? [];
  return `arn:${partition}:sts::${account}:assumed-role/${lastOf(resource)}/`;
}

/** The last part of an ARN: the name of a user, a role, a session. */
export const lastOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** The subject as people read it. */
export function subjectText(subject: Subject): string {
  switch (subject.kind) {
    case 'name':
      return subject.name;
    case 'key':
      return subject.id;
    default:
      return subject.arn;
  }
}
