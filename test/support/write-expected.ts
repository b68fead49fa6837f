import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXPECTED, goldens } from './golden.ts';

/** Writes `samples/expected`: what the samples become. Look at the difference before it is committed. */
const files = await goldens();
rmSync(EXPECTED, { recursive: true, force: true });
mkdirSync(EXPECTED, { recursive: true });
for (const [name, text] of files) writeFileSync(join(EXPECTED, name), text);
