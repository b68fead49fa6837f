import { AuditLakeError } from '../../errors.js';
import type { Io } from '../io.js';

/** What a plan tells; undefined where its file is damaged, which is said: the other plans are not held up by it. */
export async function unlessDamaged<T>(read: () => Promise<T>, io: Io): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof AuditLakeError) || error.code !== 'PLAN_FORMAT') throw error;
    io.err(`Passed over a plan: ${error.message}\n`);
    return undefined;
  }
}
