import { describe, expect, test } from 'vitest';
import { anchorOf } from '../../infra/alarms.js';
import { NAMES } from '../../infra/names.js';
import { METRICS, METRICS_NAMESPACE } from '../../src/telemetry.js';
import { sourceFiles, textOf } from '../support/repository.ts';
import { ofType, resolved, the } from './support/resolved.ts';
import { stackWith, templateWith } from './support/synthesized.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:on-call';
const URL = 'https://example.com/runbook';
const ALERTS = [{ question: 'new-activity', every: 'day' }] as const;
const told = resolved(templateWith({ alarmTopic: TOPIC, runbookUrl: URL, alerts: ALERTS }).toJSON());
const alarms = [...ofType(told, 'AWS::CloudWatch::Alarm').values()];
const headings = [...textOf('infra/RUNBOOK.md').matchAll(/^## (.+)$/gm)].map(([, title = '']) => title);
const linkOf = ({ AlarmDescription }: Record<string, unknown>) =>
  /(\S+)#(\S+)$/.exec(String(AlarmDescription));

describe('alarms', () => {
  test('lead to a heading of the runbook each, and each heading has one', () => {
    const links = alarms.map((alarm) => linkOf(alarm)?.[2]);
    expect(links).toEqual(headings.map(anchorOf));
    for (const alarm of alarms) expect(linkOf(alarm)?.[1]).toBe(URL);
  });

  test('ring the topic, and tell it when it is over', () => {
    expect(alarms).toHaveLength(19);
    for (const alarm of alarms) expect(alarm).toMatchObject({ AlarmActions: [TOPIC], OKActions: [TOPIC] });
  });

  test('watch dead letters, old messages, failed files, blocked partitions, texts about to be lost, imbalances', () => {
    const watched = alarms.map(({ MetricName, Threshold }) => [MetricName, Threshold]);
    for (const expected of [
      ['ApproximateNumberOfMessagesVisible', 0],
      ['ApproximateAgeOfOldestMessage', 3600],
      ['FilesFailed', 0],
      ['PartitionsBlocked', 0],
      ['QueryTextsAboutToBeLost', 0],
      ['Imbalances', 0],
    ])
      expect(watched).toContainEqual(expected);
  });

  test('ring when a handler is silent or log files stop coming, and keep still where there is nothing to tell', () => {
    const maintenance = the(told, 'AWS::CloudWatch::Alarm', 'AlarmsSilentMaintenance');
    const trail = the(told, 'AWS::CloudWatch::Alarm', 'AlarmsSilentTrail');
    const resolver = the(told, 'AWS::CloudWatch::Alarm', 'AlarmsSilentResolver');
    expect(resolver).toMatchObject({
      MetricName: 'QueryTextsAboutToBeLost',
      Statistic: 'SampleCount',
      Period: 3600,
    });
    const hourly = the(told, 'AWS::CloudWatch::Alarm', 'AlarmsSilentHourly');
    expect(hourly).toMatchObject({ MetricName: 'BundlesStuck', Statistic: 'SampleCount', Period: 3600 });
    const alerts = the(told, 'AWS::CloudWatch::Alarm', 'AlarmsSilentAlerts');
    expect(alerts).toMatchObject({ MetricName: 'Invocations', Statistic: 'Sum', Period: 3600 });
    const silences = [maintenance, trail, hourly, resolver, alerts];
    for (const silent of silences) {
      expect(silent).toMatchObject({
        TreatMissingData: 'breaching',
        ComparisonOperator: 'LessThanOrEqualToThreshold',
        Threshold: 0,
        EvaluationPeriods: silent === alerts ? 26 : 3,
      });
    }
    // Not the messages of the queue: digests go on without any log file.
    expect(trail).toMatchObject({
      ...{ Namespace: METRICS_NAMESPACE, MetricName: 'FilesIngested', Statistic: 'Sum', Period: 3600 },
      Dimensions: [{ Name: 'service', Value: 'audit_lake' }],
    });
    const others = alarms.filter((alarm) => !silences.includes(alarm));
    for (const alarm of others) expect(alarm['TreatMissingData']).toBe('notBreaching');
  });

  test('and dashboard name only metrics that handlers tell', () => {
    const source = sourceFiles().filter(({ path }) => /^(lambda\/|telemetry)/.test(path));
    const text = source.map((file) => file.text).join('\n');
    const body = JSON.stringify(the(told, 'AWS::CloudWatch::Dashboard', 'Dashboard'));
    const namespace = NAMES.metrics;
    const shown = [...body.matchAll(/\\"AuditLake\\",\\"(\w+)\\"/g)].map(([, name = '']) => name);
    const watched = alarms
      .filter((alarm) => alarm['Namespace'] === namespace)
      .map((alarm) => String(alarm['MetricName']));
    expect(shown.length).toBeGreaterThan(10);
    const known = (name: string) => name in METRICS || new RegExp(`\\b${name}\\b`).test(text);
    expect([...shown, ...watched].filter((name) => !known(name))).toEqual([]);
    expect(known('NothingOfOurs')).toBe(false);
    expect(namespace).toBe(METRICS_NAMESPACE);
  });
});

describe('alarms of alerts', () => {
  const of = (every?: 'hour' | 'day') => {
    const alerts = every && [...ALERTS, { question: 'outside-networks', every }];
    return [...ofType(resolved(templateWith({ alerts }).toJSON()), 'AWS::CloudWatch::Alarm')];
  };

  test('are there where alerts are, and hear them as often as they are asked', () => {
    expect(of()).toHaveLength(17);
    const silent = (every: 'hour' | 'day') => of(every).find(([id]) => id.includes('SilentAlerts'))?.[1];
    expect(silent('hour')).toMatchObject({ EvaluationPeriods: 3, Period: 3600 });
    expect(silent('day')).toMatchObject({ EvaluationPeriods: 26, Period: 3600 });
    const errors = of('day').find(([id]) => id.includes('AlertErrors'))?.[1];
    expect(errors).toMatchObject({
      MetricName: 'Errors',
      Namespace: 'AWS/Lambda',
      Threshold: 0,
      Period: 3600,
    });
    expect(JSON.stringify(errors?.['Dimensions'])).toMatch(/"Value":"AuditLakeAlertFunction/);
  });
});

describe('the dashboard', () => {
  test('is left out where nobody wants it', () => {
    templateWith({ dashboard: false }).resourceCountIs('AWS::CloudWatch::Dashboard', 0);
    templateWith().resourceCountIs('AWS::CloudWatch::Dashboard', 1);
  });
});

describe('metrics of the construct', () => {
  test('are those that handlers tell', () => {
    const { auditLake } = stackWith();
    const metrics = [
      auditLake.metricFilesFailed(),
      auditLake.metricFilesIngested(),
      auditLake.metricRowsWritten(),
      auditLake.metricPartitionsBlocked(),
      auditLake.metricQueryTextsAboutToBeLost({ period: undefined }),
    ];
    const names = [
      'FilesFailed',
      'FilesIngested',
      'RowsWritten',
      'PartitionsBlocked',
      'QueryTextsAboutToBeLost',
    ];
    expect(metrics.map(({ metricName }) => metricName)).toEqual(names);
    for (const { dimensions } of metrics) expect(dimensions).toEqual({ service: 'audit_lake' });
  });

  test('of two lakes are counted apart: functions, alarms and dashboard name the database', () => {
    for (const databaseName of ['audit_lake', 'second_lake']) {
      const all = resolved(templateWith({ databaseName }).toJSON());
      for (const { Environment } of [...ofType(all, 'AWS::Lambda::Function')]
        .filter(([id]) => id.startsWith('AuditLake'))
        .map(([, it]) => it))
        expect(Environment).toMatchObject({ Variables: { POWERTOOLS_SERVICE_NAME: databaseName } });
      const ours = [...ofType(all, 'AWS::CloudWatch::Alarm').values()].filter(
        (alarm) => alarm['Namespace'] === NAMES.metrics,
      );
      expect(ours).toHaveLength(10);
      for (const alarm of ours)
        expect(alarm['Dimensions']).toEqual([{ Name: 'service', Value: databaseName }]);
      const shown = JSON.stringify(the(all, 'AWS::CloudWatch::Dashboard', 'Dashboard'));
      const services = [...shown.matchAll(/\\"service\\",\\"(\w+)\\"/g)].map(([, name]) => name);
      expect(new Set(services)).toEqual(new Set([databaseName]));
    }
    expect(stackWith({ databaseName: 'second_lake' }).auditLake.metricFilesFailed().dimensions).toEqual({
      service: 'second_lake',
    });
  });
});
