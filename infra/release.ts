import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { bundleHandlers } from './handler-bundle.js';
import { releaseTemplate } from './release-template.js';

/** Writes the template of a release, which is kept here, and the handlers for it, which are not. */
const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const { context } = JSON.parse(readFileSync(beside('cdk.json'), 'utf8'));

writeFileSync(beside('audit-lake.template.json'), releaseTemplate(new App({ context })));
mkdirSync(beside('handlers'), { recursive: true });
cpSync(bundleHandlers(), beside('handlers'), { recursive: true });
