import { type CloudWatchClient, DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { Check } from '../../ports/access-check.js';
import { awsStep } from './aws-step.js';
import type { ResourceArns } from './resource-arns.js';
import { minutesOfNew, type StackAge } from './stack-age.js';
import { stackFault } from './stack-fault.js';

export type AlarmAccessOptions = StackAge & {
  readonly cloudwatch: Pick<CloudWatchClient, 'send'>;
  /** Their names. */
  readonly alarms: readonly string[];
  readonly arns: ResourceArns;
};

/** So many CloudWatch takes at once. */
const MOST_NAMES = 100;

/** Whether alarms of a stack ring; each says in its description what to do. */
export function alarmAccess({ cloudwatch, alarms, arns, ...age }: AlarmAccessOptions): Check {
  const action = 'cloudwatch:DescribeAlarms';
  const call = { action, on: 'the alarms of the stack', resources: arns.alarms };
  const run = async () => {
    const ringing: MetricAlarm[] = [];
    for (let from = 0; from < alarms.length; from += MOST_NAMES) {
      const AlarmNames = alarms.slice(from, from + MOST_NAMES);
      const command = new DescribeAlarmsCommand({ AlarmNames, StateValue: 'ALARM', MaxRecords: MOST_NAMES });
      const { MetricAlarms = [] } = await cloudwatch.send(command);
      ringing.push(...MetricAlarms);
    }
    const minutes = minutesOfNew(age);
    const odd = minutes === undefined ? ringing : ringing.filter((alarm) => !isHeartbeat(alarm));
    if (odd.length > 0) throw stackFault(`${odd.length} of ${alarms.length} ring: ${told(odd)}`);
    if (ringing.length === 0) return `none of ${alarms.length} rings`;
    return `of ${alarms.length} only what rings until it hears something, and the stack is ${minutes} minutes old`;
  };
  return { name: 'alarms', needs: ['stack'], steps: [awsStep(call, run)] };
}

/** What hears nothing rings: on a new stack as well. */
const isHeartbeat = ({ TreatMissingData }: MetricAlarm) => TreatMissingData === 'breaching';

const told = (alarms: readonly MetricAlarm[]) =>
  alarms.map(({ AlarmDescription, AlarmName = '' }) => AlarmDescription ?? AlarmName).join('; ');
