import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync } from 'esbuild';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

export const HANDLERS = ['ingest', 'maintain', 'resolve', 'backfill', 'alert'] as const;
export type HandlerName = (typeof HANDLERS)[number];

/**
 * How handlers are bundled: with all that they need. The runtime's own SDK is not used: its version would be another
 * one each month. Source maps name lines, and hold no source.
 */
export function bundleOptions(names: readonly HandlerName[], outdir: string) {
  return {
    absWorkingDir: REPOSITORY,
    entryPoints: names.map((name) => `src/lambda/${name}.ts`),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    // The ES modules of the SDK: only of those can esbuild leave out what nobody calls.
    mainFields: ['module', 'main'],
    target: 'node20',
    format: 'esm',
    legalComments: 'none',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'error',
  } as const satisfies BuildOptions;
}

/**
 * Bundles all handlers into a new folder, with the questions that one of them asks beside them. The same sources give the same bytes, wherever the repository lies: source
 * maps name files as seen from a folder within it.
 */
export function bundleHandlers(): string {
  const { outputFiles } = buildSync({
    ...bundleOptions(HANDLERS, join(REPOSITORY, 'infra/handlers')),
    write: false,
  });
  const folder = mkdtempSync(join(tmpdir(), 'audit-lake-handlers-'));
  for (const { path, contents } of outputFiles) writeFileSync(join(folder, basename(path)), contents);
  cpSync(join(REPOSITORY, 'questions'), join(folder, 'questions'), { recursive: true });
  return folder;
}
