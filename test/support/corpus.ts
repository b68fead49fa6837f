import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Real log files and records, beside the repository where there are any; never a part of it. */
const CORPUS = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));

export const hasCorpus = existsSync(CORPUS);

/** The path of a folder of the corpus. */
export const inCorpus = (folder: string): string => join(CORPUS, folder);

/** Paths of the corpus's files below `folder` with this ending, in order of their names. */
export function corpusFiles(folder: string, ending: RegExp): string[] {
  return filesBelow(inCorpus(folder), ending);
}

/** All files below a folder with this ending, in order of their names. */
export function filesBelow(folder: string, ending: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
