import type { App } from 'aws-cdk-lib';
import { ReleaseStack } from './release-stack.js';

/** The template of a release as it is kept: reviewers see what changes. */
export function releaseTemplate(app: App): string {
  const stack = new ReleaseStack(app, 'Release');
  const { template } = app.synth().getStackArtifact(stack.artifactId);
  return `${JSON.stringify(template, null, 2)}\n`;
}
