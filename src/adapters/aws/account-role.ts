/** The partition of AWS that a Region lies in, by the beginning of its name. */
const PARTITIONS: readonly (readonly [prefix: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-isof-', 'aws-iso-f'],
  ['eusc-', 'aws-eusc'],
];

export function partitionOf(region: string): string {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}

/** Where queries ran: a history of its own for each. */
export type HistoryPlace = { readonly account: string; readonly region: string };

/** Whether both can be names at all: they come from events, and become parts of host names and of ARNs. */
export function isPlace({ account, region }: HistoryPlace): boolean {
  return /^\d{12}$/.test(account) && /^[a-z]{2,8}(-[a-z]{2,12}){1,3}-\d{1,2}$/.test(region);
}

/** The ARN of the role that reads a place's history; `template` may hold `{account}` and `{region}`. */
export function readerRoleArn(template: string, { account, region }: HistoryPlace): string {
  const name = template.replaceAll('{account}', account).replaceAll('{region}', region);
  return `arn:${partitionOf(region)}:iam::${account}:role/${name}`;
}
