import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

export const LAMBDAS = ['ingest', 'maintain', 'resolve', 'backfill'] as const;
export type LambdaName = (typeof LAMBDAS)[number];

/** A handler as it is uploaded: one file, and the files of the repository that it was made of. */
export type LambdaBundle = {
  readonly path: string;
  readonly bytes: number;
  readonly inputs: readonly string[];
};

/**
 * Bundles a handler with all that it needs into `<outdir>/<name>.mjs`, minified. The runtime's own SDK is not used:
 * its version would be another one each month.
 */
export async function bundleLambda(name: LambdaName, outdir: string): Promise<LambdaBundle> {
  const path = join(outdir, `${name}.mjs`);
  const { metafile } = await build({
    absWorkingDir: REPOSITORY,
    entryPoints: [`src/lambda/${name}.ts`],
    outfile: path,
    bundle: true,
    minify: true,
    platform: 'node',
    // The ES modules of the SDK: only of those can esbuild leave out what nobody calls.
    mainFields: ['module', 'main'],
    target: 'node20',
    format: 'esm',
    legalComments: 'none',
    metafile: true,
    logLevel: 'error',
  });
  const [output] = Object.values(metafile.outputs);
  if (!output) throw new Error(`esbuild made nothing of src/lambda/${name}.ts`);
  return { path, bytes: output.bytes, inputs: Object.keys(metafile.inputs) };
}
