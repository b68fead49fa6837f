import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { AuditLakeError, messageOf } from '../../errors.js';
import { printable } from '../../shown/printable.js';
import { counted } from '../../shown/units.js';
import type { Io } from '../io.js';
import { MANIFEST, PACK_VERSION, SUMS, sha256Of, sumsText } from './manifest.js';

/** How a file of a pack is not as it was. */
type Finding = { readonly path: string; readonly is: 'missing' | 'changed' | 'added' };

type Listed = { readonly path: string; readonly sha256: string };

/**
 * Compares a pack with what it says of itself: findings on stdout, and the SHA-256 of its manifest.
 * @param kept the SHA-256 that was told when it was made. Without it, whoever changed the manifest as well is not seen.
 * @returns whether it is as it was made
 * @throws AuditLakeError USAGE for what is no folder, no pack of this version, or no SHA-256
 */
export async function verifyPack(folder: string, kept: string | undefined, io: Io): Promise<boolean> {
  if (kept !== undefined && !/^[\da-f]{64}$/i.test(kept))
    throw new AuditLakeError('USAGE', `--manifest ${kept} is no SHA-256: it has 64 hex digits`);
  const there = await filesIn(folder);
  const manifest = there.has(MANIFEST) ? await readFile(join(folder, MANIFEST), 'utf8') : undefined;
  if (manifest === undefined) throw noPack(folder, `it has no ${MANIFEST}`);
  const listed = listedIn(manifest) ?? fail(noPack(folder, `its ${MANIFEST} is none of this version`));
  const expected = new Map([
    ...listed.map(({ path, sha256 }) => [path, sha256] as const),
    [MANIFEST, kept?.toLowerCase() ?? sha256Of(manifest)] as const,
    [SUMS, sha256Of(sumsText(listed, manifest))] as const,
  ]);
  const findings = await compared(folder, there, expected);
  for (const { path, is } of findings) await io.out(`${is} ${printable(path)}\n`);
  const all = counted(expected.size, 'file');
  const same = kept === undefined ? 'all as the manifest says' : 'all as they were made';
  const result = findings.length === 0 ? `${all}, ${same}` : `${counted(findings.length, 'difference')}`;
  await io.out(`${result}\nSHA-256 of ${MANIFEST} ${sha256Of(manifest)}\n`);
  return findings.length === 0;
}

const noPack = (folder: string, why: string) =>
  new AuditLakeError('USAGE', `${folder} is no evidence pack: ${why}`);

function fail(error: AuditLakeError): never {
  throw error;
}

/** All that lies below a folder, by its path with slashes, and whether it is a file. */
async function filesIn(folder: string): Promise<ReadonlyMap<string, boolean>> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return new Map(
      entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => {
          const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/');
          return [path, entry.isFile()];
        }),
    );
  } catch (error) {
    throw new AuditLakeError('USAGE', `cannot read ${folder}: ${messageOf(error)}`, error);
  }
}

/** The files that a manifest names; undefined where it is none. */
function listedIn(manifest: string): readonly Listed[] | undefined {
  const told = parsed(manifest);
  if (!isObject(told) || told['schema_version'] !== PACK_VERSION) return undefined;
  const { files } = told;
  if (!Array.isArray(files)) return undefined;
  const listed = files.flatMap((file: unknown): Listed[] => {
    if (!isObject(file)) return [];
    const { path, sha256 } = file;
    return typeof path === 'string' && typeof sha256 === 'string' ? [{ path, sha256 }] : [];
  });
  return listed.length === files.length ? listed : undefined;
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Only what lies in the folder is opened, whatever the manifest names. */
async function compared(
  folder: string,
  there: ReadonlyMap<string, boolean>,
  expected: ReadonlyMap<string, string>,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const path of [...new Set([...expected.keys(), ...there.keys()])].sort()) {
    const [sha256, isFile] = [expected.get(path), there.get(path)];
    if (isFile === undefined) findings.push({ path, is: 'missing' });
    else if (sha256 === undefined) findings.push({ path, is: 'added' });
    else if (!isFile || (await hashOf(join(folder, path))) !== sha256) findings.push({ path, is: 'changed' });
  }
  return findings;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path)) hash.update(bytes);
  return hash.digest('hex');
}
