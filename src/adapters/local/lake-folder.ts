import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AuditLakeError, messageOf } from '../../errors.js';
import type { LakeFile } from '../../lake/lake-file.js';
import { META } from '../../lake/names.js';
import type { CommittedDay } from '../../ports/lake-state.js';

/** Whether a folder holds a lake. */
export function isLake(root: string): boolean {
  return existsSync(join(root, META.lakeFile));
}

/** Whether the state of a lake was ever made. */
export function hasState(root: string): boolean {
  return existsSync(join(root, META.stateFolder, 'data.mdb'));
}

/** @throws AuditLakeError LAKE_WRITE_FAILED */
export async function makeLakeFolders(root: string): Promise<void> {
  try {
    for (const folder of [META.stateFolder, META.tmpFolder]) {
      await mkdir(join(root, folder), { recursive: true, mode: 0o700 });
    }
  } catch (error) {
    throw new AuditLakeError(
      'LAKE_WRITE_FAILED',
      `cannot make a lake in ${root}: ${messageOf(error)}`,
      error,
    );
  }
}

/** The lake's own description; undefined where there is none yet. @throws AuditLakeError LAKE_FORMAT */
export async function readLakeFile(root: string): Promise<LakeFile | undefined> {
  const path = join(root, META.lakeFile);
  if (!existsSync(path)) return undefined;
  const { parseLakeFile } = await import('../../lake/lake-file-schema.js');
  return parseLakeFile(await readFile(path, 'utf8'), path);
}

/** The committed list as of its last export, where the state cannot be read. @throws AuditLakeError LAKE_FORMAT */
export async function readCatalog(root: string, unreadable: string): Promise<readonly CommittedDay[]> {
  const path = join(root, META.catalogFile);
  const { parseCatalog } = await import('../../lake/lake-file-schema.js');
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const message = `neither the state (${unreadable}) nor ${path} can be read`;
    throw new AuditLakeError('LAKE_FORMAT', message, error);
  });
  return parseCatalog(text, path);
}

/** @throws AuditLakeError LAKE_WRITE_FAILED */
export async function writeLakeFile(root: string, lake: LakeFile): Promise<void> {
  await replaceFile(root, META.lakeFile, `${JSON.stringify(lake, null, 2)}\n`);
}

/**
 * The committed list as a file for foreign readers, replaced as a whole after commits (protocol 4.8).
 * @throws AuditLakeError LAKE_WRITE_FAILED
 */
export async function writeCatalog(root: string, days: readonly CommittedDay[]): Promise<void> {
  const text = `${JSON.stringify({ format: 1, days })}\n`;
  const known = await readFile(join(root, META.catalogFile), 'utf8').catch(() => undefined);
  if (known !== text) await replaceFile(root, META.catalogFile, text);
}

/** Under a name of this process alone, where the next writer of the lake takes away what was left. */
async function replaceFile(root: string, name: string, text: string): Promise<void> {
  const beside = join(root, META.tmpFolder, `${name.replaceAll('/', '-')}.${process.pid}.new`);
  await writeWhole(join(root, name), beside, [text]);
}

/**
 * Whole or nothing: written beside, made durable, renamed. Makes the folders that are missing; on the same file
 * system both must lie. @throws AuditLakeError LAKE_WRITE_FAILED, and whatever of ours the pieces throw
 */
export async function writeWhole(path: string, beside: string, pieces: Iterable<string>): Promise<void> {
  try {
    for (const file of [path, beside]) await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeDurably(beside, pieces);
    await rename(beside, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await unlink(beside).catch(() => undefined);
    if (error instanceof AuditLakeError) throw error;
    throw new AuditLakeError('LAKE_WRITE_FAILED', `cannot write ${path}: ${messageOf(error)}`, error);
  }
}

async function writeDurably(path: string, pieces: Iterable<string>): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await writeFile(file, pieces);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
