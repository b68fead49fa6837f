import { AuditLakeError } from '../../errors.js';

/** What is wrong with a part of a stack, and the next step. */
export const stackFault = (message: string) => new AuditLakeError('STACK_FAULT', message);
