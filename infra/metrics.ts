import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { NAMES } from './names.js';

/** Makes a metric that the handlers of one lake count: by its name, as a sum of five minutes unless told otherwise. */
export type LakeMetric = (name: string, options?: MetricOptions) => Metric;

/**
 * The metrics of one lake (README.md, "The Lambda"). Its `service` is the name of its database: two lakes of an account
 * count apart.
 */
export function metricsOf(service: string): LakeMetric {
  const usual = { statistic: 'Sum', period: Duration.minutes(5) };
  return (metricName, options = {}) =>
    new Metric({ namespace: NAMES.metrics, metricName, dimensionsMap: { service }, ...usual, ...options });
}
