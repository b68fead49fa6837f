import { existsSync } from 'node:fs';
import { unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AuditLakeError, messageOf } from '../errors.js';

const taken = (path: string) =>
  new AuditLakeError('USAGE', `${path} is there already: name another file, or take it away`);

/** For what takes long before it writes. @throws AuditLakeError USAGE */
export function mustBeNew(path: string): void {
  if (existsSync(path)) throw taken(path);
  if (!existsSync(dirname(path))) throw new AuditLakeError('USAGE', `there is no folder ${dirname(path)}`);
}

/** A file of this user alone, which was not there before, whole or not at all. @throws AuditLakeError USAGE, LAKE_WRITE_FAILED */
export async function writeNewFile(path: string, content: string): Promise<void> {
  try {
    await writeFile(path, content, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw taken(path);
    await unlink(path).catch(() => undefined);
    throw new AuditLakeError('LAKE_WRITE_FAILED', `cannot write ${path}: ${messageOf(error)}`, error);
  }
}
