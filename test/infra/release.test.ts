import { describe, expect, test } from 'vitest';
import { releaseTemplate } from '../../infra/release-template.js';
import { readConfig } from '../../src/config.js';
import { textOf } from '../support/repository.ts';
import { lint } from './support/iam-lint.ts';
import { isAllowed, rolePolicies, statementsOf } from './support/policies.ts';
import { ACCOUNT, ofType, REGION, resolved, the } from './support/resolved.ts';
import { isDelivered } from './support/sns-filter.ts';
import { newApp } from './support/synthesized.ts';

const KEPT = textOf('infra/audit-lake.template.json');
const template = JSON.parse(KEPT);
const PARAMETERS = {
  ...{ CodeBucket: 'amzn-s3-demo-code', CodeKey: 'audit-lake/0.5.0.zip', TrailBucket: 'amzn-s3-demo-bucket' },
};
const ON_CALL = `arn:aws:sns:${REGION}:${ACCOUNT}:on-call`;
const TRAIL_TOPIC = `arn:aws:sns:${REGION}:444455556666:cloudtrail`;
const TRAIL_KEY = `arn:aws:kms:${REGION}:444455556666:key/0f0f0f0f-0000-4000-8000-000000000000`;
const EVERYTHING = { AlarmTopic: ON_CALL, TrailTopic: TRAIL_TOPIC, TrailKey: TRAIL_KEY };
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

  test.each([
    ['as little as it asks for', {}],
    ['all that it takes', EVERYTHING],
  ])('T12, T13: holds the same IAM lint: %s', (_, more) => {
    expect(lint(filled(more))).toEqual([]);
  });

  describe('decides when it is deployed', () => {
    const sender = (more: object) =>
      statementsOf(the(filled(more), 'AWS::SQS::QueuePolicy', 'IngestQueuePolicy')['PolicyDocument']).filter(
        ({ effect }) => effect === 'Allow',
      );

    test('that EventBridge tells of log files, without a topic', () => {
      const all = filled();
      const rule = [...ofType(all, 'AWS::Events::Rule').keys()].find((id) => id.includes('LogFileRule'));
      expect(rule).toBeDefined();
      expect(ofType(all, 'AWS::SNS::Subscription').size).toBe(0);
      const conditions = {
        ArnEquals: { 'aws:SourceArn': `arn:aws:events:${REGION}:${ACCOUNT}:rule/${rule}` },
      };
      expect(sender({})).toMatchObject([{ services: ['events.amazonaws.com'], conditions }]);
    });

    test('that the topic tells of them, and nobody else', () => {
      const all = filled({ TrailTopic: TRAIL_TOPIC });
      expect([...ofType(all, 'AWS::Events::Rule').keys()].join()).not.toContain('LogFileRule');
      const [subscription, ...more] = [...ofType(all, 'AWS::SNS::Subscription').values()];
      expect(more).toEqual([]);
      expect(subscription).toMatchObject({ TopicArn: TRAIL_TOPIC, FilterPolicyScope: 'MessageBody' });
      const body = JSON.stringify({ s3Bucket: 'amzn-s3-demo-bucket', s3ObjectKey: ['AWSLogs/x.json.gz'] });
      expect(isDelivered(subscription?.['FilterPolicy'], body)).toBe(true);
      const conditions = { ArnEquals: { 'aws:SourceArn': TRAIL_TOPIC } };
      expect(sender({ TrailTopic: TRAIL_TOPIC })).toMatchObject([
        { services: ['sns.amazonaws.com'], conditions },
      ]);
    });

    test('who is told of alarms: a topic, or nobody', () => {
      const actions = (more: object) =>
        [...ofType(filled(more), 'AWS::CloudWatch::Alarm').values()].map((it) => it['AlarmActions']);
      expect(actions({}).length).toBeGreaterThan(10);
      for (const told of actions({})) expect(told).toEqual([]);
      for (const told of actions({ AlarmTopic: ON_CALL })) expect(told).toEqual([ON_CALL]);
    });

    test.each(['Ingest', 'Backfill', 'Resolve', 'Maintain'])(
      'T13: whether log files are decrypted, by those who read them: %s',
      (name) => {
        const may = (more: object) => {
          const [, statements = []] =
            [...rolePolicies(filled(more))].find(([role]) => role.startsWith(`AuditLake${name}Role`)) ?? [];
          expect(statements.length).toBeGreaterThan(2);
          return isAllowed(statements, { action: 'kms:Decrypt', resource: TRAIL_KEY });
        };
        expect(may({})).toBe(false);
        expect(may({ TrailKey: TRAIL_KEY })).toBe(name === 'Ingest' || name === 'Backfill');
      },
    );

    test('nothing else: every condition of the template is looked at here', () => {
      expect(
        Object.keys(template.Conditions)
          .map((name) => name.replace(/[0-9A-F]{8}$/, ''))
          .sort(),
      ).toEqual(['AuditLakeEventBridgeTells', 'AuditLakeTopicTells', 'SomebodyIsTold', 'TrailIsEncrypted']);
    });
  });

  test('says how many accounts fit into the environment of a function', () => {
    expect(template.Parameters.QueryAccounts.Description).toMatch(/up to 150, .*4 KB/);
    const accounts = Array.from({ length: 150 }, (_, at) => String(444_400_000_000 + at)).join();
    const asked = { ...EVERYTHING, QueryAccounts: accounts, OrganizationId: 'o-exampleorgid' };
    for (const { Environment } of functions(asked))
      expect(JSON.stringify(Environment).length).toBeLessThan(4_096);
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
