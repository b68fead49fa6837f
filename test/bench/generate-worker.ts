import type { TrailSpec } from './trail.ts';
import { type TrailSize, writeLogFile } from './write-log-file.ts';

/** One process's share of a trail: every `step`th file from `first`. */
export type Share = { readonly spec: TrailSpec; readonly first: number; readonly step: number };

process.once('message', (message) => {
  const { spec, first, step } = message as Share;
  const sizes: TrailSize[] = [];
  for (let index = first; index < spec.files; index += step) sizes.push(writeLogFile(spec, index));
  process.send?.(sizes, undefined, undefined, () => process.disconnect());
});
