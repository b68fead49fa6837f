import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { afterAll } from 'vitest';
import { AuditLakeStack, type AuditLakeStackProps } from '../../../infra/audit-lake-stack.js';
import { textOf } from '../../support/repository.ts';

const { context } = JSON.parse(textOf('infra/cdk.json'));

/** Handlers are bundled and assets staged below this folder, for as long as the tests of a file run. */
const made = mkdtempSync(join(tmpdir(), 'audit-lake-infra-'));
process.env['TMPDIR'] = made;
afterAll(() => rmSync(made, { recursive: true, force: true }));

/** An app with the flags of infra/cdk.json, in a folder of its own. */
export const newApp = (): App => new App({ context, outdir: mkdtempSync(join(made, 'out-')) });

/** The least that a stack is told. */
export const TRAIL = 'amzn-s3-demo-bucket';

/** Bundling takes seconds, and few tests look at what is bundled. `code: undefined` bundles. */
const NO_CODE = Code.fromInline('// no handler');

export function stackWith(props: Partial<AuditLakeStackProps> = {}): AuditLakeStack {
  return new AuditLakeStack(newApp(), 'AuditLake', { trailBucket: TRAIL, code: NO_CODE, ...props });
}

export function templateWith(props: Partial<AuditLakeStackProps> = {}): Template {
  return Template.fromStack(stackWith(props));
}
