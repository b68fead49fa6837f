import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions, HANDLERS, type HandlerName } from '../../infra/handler-bundle.js';

export const LAMBDAS = HANDLERS;
export type LambdaName = HandlerName;

/** A handler as it is uploaded: one file, and the files of the repository that it was made of. */
export type LambdaBundle = {
  readonly path: string;
  readonly bytes: number;
  readonly inputs: readonly string[];
};

/** Bundles a handler as it is deployed into `<outdir>/<name>.mjs`. */
export async function bundleLambda(name: LambdaName, outdir: string): Promise<LambdaBundle> {
  const path = join(outdir, `${name}.mjs`);
  const { metafile } = await build({ ...bundleOptions([name], outdir), metafile: true });
  const output = Object.entries(metafile.outputs).find(([file]) => file.endsWith('.mjs'))?.[1];
  if (!output) throw new Error(`esbuild made nothing of src/lambda/${name}.ts`);
  return { path, bytes: output.bytes, inputs: Object.keys(metafile.inputs) };
}
