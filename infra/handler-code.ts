import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { stringify } from 'yaml';
import { bundleHandlers } from './handler-bundle.js';

/** Where functions find a settings file that was deployed with them. */
export const SETTINGS_FILE = '/var/task/audit-lake.yaml';

let bundled: string | undefined;

/** The handlers of this repository, bundled once for all stacks of a process; with settings in a file, if there are any. */
export function handlerCode(settings?: { readonly [key: string]: unknown }): Code {
  bundled ??= bundleHandlers();
  if (settings === undefined) return Code.fromAsset(bundled);
  const folder = mkdtempSync(join(tmpdir(), 'audit-lake-handlers-'));
  cpSync(bundled, folder, { recursive: true });
  writeFileSync(join(folder, 'audit-lake.yaml'), stringify(settings));
  return Code.fromAsset(folder);
}
