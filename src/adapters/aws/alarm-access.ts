import { type CloudWatchClient, DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { Check } from '../../ports/access-check.js';
import { awsError } from './aws-error.js';
import type { ResourceArns } from './resource-arns.js';
import { stackFault } from './stack-fault.js';

export type AlarmAccessOptions = {
  readonly cloudwatch: Pick<CloudWatchClient, 'send'>;
  /** Their names. */
  readonly alarms: readonly string[];
  readonly arns: ResourceArns;
};

/** So many CloudWatch takes at once. */
const MOST_NAMES = 100;

/** Whether alarms of a stack ring; each says in its description what to do. */
export function alarmAccess({ cloudwatch, alarms, arns }: AlarmAccessOptions): Check {
  const action = 'cloudwatch:DescribeAlarms';
  const on = 'the alarms of the stack';
  const run = async () => {
    const ringing: MetricAlarm[] = [];
    for (let from = 0; from < alarms.length; from += MOST_NAMES) {
      const AlarmNames = alarms.slice(from, from + MOST_NAMES);
      const command = new DescribeAlarmsCommand({ AlarmNames, StateValue: 'ALARM', MaxRecords: MOST_NAMES });
      const page = await cloudwatch.send(command).catch((error: unknown) => {
        throw awsError(error, { action, resource: on });
      });
      ringing.push(...(page.MetricAlarms ?? []));
    }
    if (ringing.length === 0) return `none of ${alarms.length} rings`;
    const told = ringing.map(({ AlarmDescription, AlarmName = '' }) => AlarmDescription ?? AlarmName);
    throw stackFault(`${ringing.length} of ${alarms.length} ring: ${told.join('; ')}`);
  };
  const allowedBy = { actions: [action], resources: arns.alarms };
  return { name: 'alarms', needs: ['stack'], steps: [{ call: { action, on, allowedBy }, run }] };
}
