import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { AuditLakeStack } from '../../infra/audit-lake-stack.js';
import { propsOfContext } from '../../infra/context.js';
import { handlerCode, SETTINGS_FILE } from '../../infra/handler-code.js';
import { NAMES } from '../../infra/names.js';
import { MOST_IN_ENVIRONMENT } from '../../infra/query-accounts.js';
import { readConfig } from '../../src/config.js';
import { SETTINGS } from '../../src/settings.js';
import { inRepository } from '../support/repository.ts';
import { ofType, resolved, the } from './support/resolved.ts';
import { newApp, stackWith } from './support/synthesized.ts';

const of = (context: Record<string, unknown>) => propsOfContext(new App({ context }).node);

describe('what -c says', () => {
  test('becomes properties: lists, numbers, and what is named as it is', () => {
    const given = {
      ...{
        trailBucket: 'amzn-s3-demo-bucket',
        datasets: 'athena_events,cloudtrail_events',
        maxConcurrency: '5',
      },
      ...{
        queryAccounts: 'self, 444455556666',
        trigger: 'arn:aws:sns:eu-central-1:111122223333:trail',
        trailKey: '',
      },
    };
    expect(of(given)).toEqual({
      ...{
        trailBucket: 'amzn-s3-demo-bucket',
        datasets: ['athena_events', 'cloudtrail_events'],
        maxConcurrency: 5,
      },
      queryAccounts: ['self', '444455556666'],
      trigger: { topic: 'arn:aws:sns:eu-central-1:111122223333:trail' },
    });
  });

  test('has alerts as JSON: of the command line, and of cdk.json', () => {
    const alerts = [{ question: 'outside-networks', parameters: { networks: '10.0.0.0/8' }, every: 'hour' }];
    expect(of({ alerts })).toEqual({ alerts });
    expect(of({ alerts: JSON.stringify(alerts) })).toEqual({ alerts });
    expect(() => of({ alerts: 'new-activity' })).toThrow('-c alerts=new-activity');
    const made = (alert: object) => () => stackWith(of({ alerts: [alert] }));
    expect(made({ question: 'new-activty', every: 'day' })).toThrow('Did you mean new-activity?');
    expect(made({ question: 'outside-networks', parameters: { nets: '10.0.0.0/8' }, every: 'day' })).toThrow(
      'outside-networks takes no nets. Did you mean networks?',
    );
    expect(made({ question: 'new-activity', every: 'hour' })).toThrow('ask it every day');
  });

  test.each([
    ['trailBucket', 'Upper_Case'],
    ['trailPrefix', '/AWSLogs/'],
    ['trigger', 'sometimes'],
    ['datasets', 'everything'],
    ['queryAccounts', '4444,self'],
    ['maxConcurrency', '1'],
    ['organizationId', 'example'],
    ['databaseName', 'Audit-Lake'],
    ['rawTable', 'athena_events'],
    ['rawPrefix', 'AWSLogs/111122223333/'],
    ['encryptionKey', 'alias/lake'],
  ])('is refused where it makes no sense: %s', (name, value) => {
    expect(() => of({ [name]: value })).toThrow(`-c ${name}=${value}`);
  });

  test.each([
    ['trailbucket', 'trailBucket'],
    ['trail-bucket', 'trailBucket'],
    ['queryAccount', 'queryAccounts'],
    ['maxConcurency', 'maxConcurrency'],
  ])('is refused under a name that nobody knows, with the one that was meant: %s', (written, meant) => {
    expect(() => of({ [written]: 'x' })).toThrow(
      `-c ${written}: there is no such name. Did you mean ${meant}?`,
    );
  });

  test('is refused with all that there is where nothing is near, and what the CDK keeps for itself is left alone', () => {
    expect(() => of({ colour: 'blue' })).toThrow(/It knows trailBucket, trailAccount/);
    const ofCdk = {
      '@aws-cdk/core:checkSecretUsage': true,
      'aws:cdk:bundling-stacks': ['**'],
      'availability-zones:account=111122223333:region=eu-central-1': ['eu-central-1a'],
      'acknowledged-issue-numbers': [30717],
      'cli-telemetry': false,
    };
    expect(of({ ...ofCdk, trailBucket: 'amzn-s3-demo-bucket' })).toEqual({
      trailBucket: 'amzn-s3-demo-bucket',
    });
  });
});

describe('settings of functions', () => {
  test('are held against their grammar before they are deployed', () => {
    expect(() => stackWith({ datasets: ['everything'] })).toThrow(/datasets: "everything"/);
    expect(() => stackWith({ queryExternalId: 'two words' })).toThrow(/query_external_id/);
    expect(() => stackWith({ queryText: 'hash' })).toThrow(/needs queryTextKey/);
  });

  test('have the defaults that the command line has', () => {
    expect(NAMES.database).toBe(SETTINGS.database.byDefault);
    expect(NAMES.queryRole).toBe(SETTINGS.queryRole.byDefault);
  });

  test('of an organization of 1,000 accounts fit: the accounts stand in a file beside the handlers', async () => {
    const accounts = Array.from({ length: 1_000 }, (_, at) => String(444_400_000_000 + at));
    const stack = stackWith({
      ...{ queryAccounts: accounts, organizationId: 'o-exampleorgid', code: undefined },
    });
    const app = stack.node.root as App;
    const assembly = app.synth();
    const all = resolved(assembly.getStackByName('AuditLake').template);
    for (const { Environment = { Variables: {} } } of ofType(all, 'AWS::Lambda::Function').values()) {
      expect(JSON.stringify(Environment).length).toBeLessThan(4_096);
    }
    const { Code, Environment } = the(all, 'AWS::Lambda::Function', 'IngestFunction') as never as {
      Code: { S3Key: string };
      Environment: { Variables: Record<string, string> };
    };
    expect(Environment.Variables['AUDIT_LAKE_CONFIG']).toBe(SETTINGS_FILE);
    const file = join(assembly.directory, `asset.${Code.S3Key.replace('.zip', '')}`, 'audit-lake.yaml');
    expect(readFileSync(file, 'utf8')).toContain(String(accounts.at(-1)));
    const config = await readConfig({}, { ...Environment.Variables, AUDIT_LAKE_CONFIG: file });
    expect(config.queryAccounts).toEqual(accounts);
  });

  test('with code of somebody else, accounts must fit into the environment', () => {
    const accounts = Array.from({ length: MOST_IN_ENVIRONMENT + 1 }, (_, at) => String(444_400_000_000 + at));
    const given = { queryAccounts: accounts, organizationId: 'o-exampleorgid', code: handlerCode() };
    expect(() => stackWith(given)).toThrow(/with code, at most 150/);
  });
});

describe('npx cdk synth, from inside infra/', () => {
  test('works without AWS and without a network, and asks for the bucket where nobody named it', () => {
    const dead = 'http://127.0.0.1:9';
    const env = {
      ...process.env,
      ...{
        HTTPS_PROXY: dead,
        HTTP_PROXY: dead,
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_REGION: '',
        AWS_PROFILE: '',
      },
    };
    const cwd = inRepository('infra');
    const out = join(newApp().outdir, 'cdk.out');
    execFileSync(join(inRepository('node_modules'), '.bin/cdk'), ['synth', '--quiet', '--output', out], {
      cwd,
      env,
    });
    const template = JSON.parse(readFileSync(join(out, 'AuditLake.template.json'), 'utf8'));
    expect(Object.keys(template.Parameters)).toContain('TrailBucketName');
    const app = newApp();
    const here = new AuditLakeStack(app, 'AuditLake', {});
    expect(Object.keys(app.synth().getStackArtifact(here.artifactId).template.Resources)).toEqual(
      Object.keys(template.Resources),
    );
  });
});
