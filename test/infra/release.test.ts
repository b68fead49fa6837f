import { describe, expect, test } from 'vitest';
import { releaseTemplate } from '../../infra/release-template.js';
import { readConfig } from '../../src/config.js';
import { textOf } from '../support/repository.ts';
import { lint } from './support/iam-lint.ts';
import { ACCOUNT, ofType, resolved } from './support/resolved.ts';
import { newApp } from './support/synthesized.ts';

const KEPT = textOf('infra/audit-lake.template.json');
const template = JSON.parse(KEPT);
const PARAMETERS = {
  ...{ CodeBucket: 'amzn-s3-demo-code', CodeKey: 'audit-lake/0.5.0.zip', TrailBucket: 'amzn-s3-demo-bucket' },
  AlarmTopic: `arn:aws:sns:eu-central-1:${ACCOUNT}:on-call`,
};
const filled = (more = {}) => resolved(template, { ...PARAMETERS, ...more });
const functions = (more = {}) => [...ofType(filled(more), 'AWS::Lambda::Function').values()];

describe('the template of a release', () => {
  test('is what the code makes: `npm run release` writes it anew', () => {
    expect(releaseTemplate(newApp())).toBe(KEPT);
  });

  test('asks for the code, and for no bootstrap', () => {
    expect(template.Rules).toBeUndefined();
    expect(Object.keys(template.Parameters)).not.toContain('BootstrapVersion');
    expect(KEPT).not.toMatch(/cdk-[a-z0-9]+-assets|cdk-bootstrap/);
    for (const { Code } of functions()) {
      expect(Code).toEqual({ S3Bucket: PARAMETERS.CodeBucket, S3Key: PARAMETERS.CodeKey });
    }
  });

  test('makes no function but the four, and changes nothing of the bucket of the trail', () => {
    expect(functions()).toHaveLength(4);
    expect(KEPT).not.toContain('Custom::');
  });

  test('T12, T13: holds the same IAM lint', () => {
    expect(lint(filled())).toEqual([]);
  });

  test.each([
    ['as little as it asks for', {}],
    [
      'an organization',
      { QueryAccounts: 'self,444455556666', OrganizationId: 'o-exampleorgid', QueryExternalId: 'lake-1' },
    ],
    [
      'both datasets and another prefix',
      { Datasets: 'athena_events,cloudtrail_events', TrailPrefix: 'o-exampleorgid/AWSLogs/' },
    ],
  ])('gives its functions settings that they take: %s', async (_, more) => {
    for (const { Environment } of functions(more)) {
      const { Variables } = Environment as { Variables: Record<string, string> };
      await expect(readConfig({}, Variables)).resolves.toMatchObject({
        database: 'audit_lake',
        results: 'workgroup',
      });
    }
  });

  test('fits into what CloudFormation takes from S3', () => {
    expect(Buffer.byteLength(KEPT)).toBeLessThan(1_000_000);
    expect(Object.keys(template.Resources).length).toBeLessThan(500);
  });
});
