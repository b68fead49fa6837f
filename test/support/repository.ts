import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesBelow } from './corpus.ts';
import { type SourceFile, sourceFile } from './source-file.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The path of something in the repository. */
export const inRepository = (path: string): string => join(ROOT, path);

/** The text of a file of the repository. */
export const textOf = (path: string): string => readFileSync(inRepository(path), 'utf8');

/** What is shipped: every file that git keeps, or would keep. */
export function shippedFiles(): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean);
}

/** Every file of src, parsed, by its path below src. */
export function sourceFiles(): SourceFile[] {
  const src = inRepository('src/');
  return filesBelow(src, /\.ts$/).map((path) =>
    sourceFile(path.slice(src.length), readFileSync(path, 'utf8')),
  );
}
