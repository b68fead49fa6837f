import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sampleFiles } from './sample-files.js';

/** Writes the samples: `npm run samples`. `samples/expected` is not touched; it is made from these. */
const SAMPLES = fileURLToPath(new URL('../../samples', import.meta.url));

for (const folder of ['log-files', 'notifications'])
  rmSync(join(SAMPLES, folder), { recursive: true, force: true });
for (const [path, bytes] of sampleFiles()) {
  const file = join(SAMPLES, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}
