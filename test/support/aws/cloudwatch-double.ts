import type {
  DescribeAlarmsCommandInput,
  GetMetricDataCommandInput,
  MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import { AwsError } from './aws-error.ts';
import { operation } from './operations.ts';

type Alarm = {
  readonly description: string;
  readonly missing: string;
  state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
};
type Value = { readonly at: number; readonly value: number };

const MOST_NAMES = 100;
const STATISTICS: { readonly [name: string]: (values: readonly number[]) => number } = {
  Sum: (values) => values.reduce((sum, value) => sum + value, 0),
  Maximum: (values) => Math.max(...values),
};

/** CloudWatch: metrics that tests put, and alarms that ring when tests say so. */
export class CloudWatchDouble {
  readonly #alarms = new Map<string, Alarm>();
  readonly #values = new Map<string, Value[]>();

  readonly operations = {
    DescribeAlarms: operation<DescribeAlarmsCommandInput>(
      ['AlarmNames', 'StateValue', 'MaxRecords'],
      (input) => this.#describe(input),
    ),
    GetMetricData: operation<GetMetricDataCommandInput>(
      ['StartTime', 'EndTime', 'MetricDataQueries'],
      (input) => ({
        MetricDataResults: (input.MetricDataQueries ?? []).map((query) => this.#data(query, input)),
      }),
    ),
  };

  /** Makes an alarm; `missing`: what it makes of missing data. */
  createAlarm(name: string, description: string, missing: string): void {
    this.#alarms.set(name, { description, missing, state: 'OK' });
  }

  /** Makes an alarm that takes missing data for good, or lets one ring as it is. */
  setAlarm(name: string, description: string, state: Alarm['state'] = 'OK'): void {
    const { missing = 'notBreaching' } = this.#alarms.get(name) ?? {};
    this.#alarms.set(name, { description, missing, state });
  }

  /** A value of a metric of a queue, at milliseconds since 1970. */
  put(queue: string, metric: string, value: Value): void {
    this.#put(keyOf('AWS/SQS', metric, `QueueName=${queue}`), value);
  }

  /** The same of a metric that handlers of a lake count. */
  putOfLake(service: string, metric: string, value: Value): void {
    this.#put(keyOf('AuditLake', metric, `service=${service}`), value);
  }

  #put(key: string, { at, value }: Value): void {
    this.#values.set(key, [...(this.#values.get(key) ?? []), { at, value }]);
  }

  /** Forgets all values. */
  clear(): void {
    this.#values.clear();
  }

  #describe({ AlarmNames = [], StateValue }: DescribeAlarmsCommandInput) {
    if (AlarmNames.length > MOST_NAMES) throw new AwsError('ValidationError', 'more than 100 names');
    const MetricAlarms = AlarmNames.flatMap((name) => {
      const { description, missing, state } = this.#alarms.get(name) ?? {};
      if (state === undefined || (StateValue !== undefined && StateValue !== state)) return [];
      const TreatMissingData = missing;
      return [{ AlarmName: name, AlarmDescription: description, StateValue: state, TreatMissingData }];
    });
    return { MetricAlarms };
  }

  /** Values by period, the newest first; a period without any has none. */
  #data({ Id, MetricStat, ...others }: MetricDataQuery, { StartTime, EndTime }: GetMetricDataCommandInput) {
    const [odd] = Object.keys(others);
    if (odd !== undefined || !MetricStat)
      throw new Error(`The AWS double does not know such a query: ${odd}`);
    const {
      Metric: { Namespace = '', MetricName = '', Dimensions = [] } = {},
      Stat = '',
      Period = 0,
    } = MetricStat;
    if (Period <= 0 || Period % 60 !== 0) throw new AwsError('InvalidParameterValue', 'Period');
    const statistic = STATISTICS[Stat];
    if (!statistic) throw new Error(`The AWS double does not know the statistic ${Stat}`);
    const of = Dimensions.map(({ Name, Value }) => `${Name}=${Value}`);
    const [from, to] = [millis(StartTime), millis(EndTime)];
    const within = (this.#values.get(keyOf(Namespace, MetricName, ...of)) ?? []).filter(
      ({ at }) => at >= from && at < to,
    );
    const periods = new Map<number, Value[]>();
    for (const value of within) {
      const period = Math.floor(value.at / (Period * 1_000));
      periods.set(period, [...(periods.get(period) ?? []), value]);
    }
    const newest = [...periods].sort(([a], [b]) => b - a);
    return {
      Id,
      Timestamps: newest.map(([period]) => new Date(period * Period * 1_000)),
      Values: newest.map(([, values]) => statistic(values.map(({ value }) => value))),
      StatusCode: 'Complete',
    };
  }
}

const keyOf = (...parts: readonly string[]) => parts.join(' ');
const millis = (time: Date | undefined) => time?.getTime() ?? Number.NaN;
