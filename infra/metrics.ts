import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { NAMES } from './names.js';

/** A metric that handlers count (README.md, "The Lambda"); sums of five minutes unless told otherwise. */
export function lakeMetric(name: string, options: MetricOptions = {}): Metric {
  const { namespace, dimensions } = NAMES.metrics;
  const usual = { statistic: 'Sum', period: Duration.minutes(5) };
  return new Metric({ namespace, metricName: name, dimensionsMap: { ...dimensions }, ...usual, ...options });
}
