import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * A private folder with two things in it: `lake`, a link to the lake, and room to spill. The link gives every
 * data file a plain path, whatever the lake is called: DuckDB takes `[ * ?` in a path as a pattern, and once
 * locked down refuses to look the pattern up.
 */
export type Workspace = {
  readonly lake: string;
  readonly spill: string;
  /** A message of the engine, with the path that the user knows. */
  translate(message: string): string;
  /** Removes the folder and the link, never what the link points to. */
  remove(): Promise<void>;
};

/** @throws the error of the file system where no temporary folder can be made */
export async function createWorkspace(root: string): Promise<Workspace> {
  const target = resolve(root);
  const folder = await mkdtemp(join(tmpdir(), 'audit-lake-'));
  const lake = join(folder, 'lake');
  const spill = join(folder, 'spill');
  await symlink(target, lake, 'junction');
  await mkdir(spill);
  return {
    lake,
    spill,
    translate: (message) => message.replaceAll(lake, target),
    remove: async () => await rm(folder, { recursive: true, force: true }),
  };
}
