import { createHash } from 'node:crypto';
import { AuditLakeError, messageOf } from '../../errors.js';
import type { InventoryFile } from './inventory-manifest.js';

/**
 * The bytes of a data file as they come; fails at their end if they are not the ones that the manifest knows.
 * @throws AuditLakeError READ_FAILED
 */
export async function* wholeFile(
  bytes: AsyncIterable<Uint8Array>,
  file: InventoryFile,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('md5');
  let size = 0;
  for await (const chunk of bytes) {
    hash.update(chunk);
    size += chunk.length;
    yield chunk;
  }
  if (size !== file.size) throw damaged(file, `it has ${size} bytes, and the manifest says ${file.size}`);
  const md5 = hash.digest('hex');
  if (md5 !== file.md5) throw damaged(file, `its MD5 is ${md5}, and the manifest says ${file.md5}`);
}

/** A data file that cannot be used, with the reason. */
export function damaged({ key }: InventoryFile, cause: unknown): AuditLakeError {
  if (cause instanceof AuditLakeError) return cause;
  const why = typeof cause === 'string' ? cause : messageOf(cause);
  const message = `the inventory file ${key} is damaged: ${why}. Fetch it again, or name a newer manifest`;
  return new AuditLakeError('READ_FAILED', message, cause);
}
