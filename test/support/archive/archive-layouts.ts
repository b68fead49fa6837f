const ORGANIZATION = 'o-exampleorg1';

/** How keys are built: an account's trail, an organization's, and Control Tower's before and since version 3.0. */
export type Layout = 'account' | 'organization' | 'control-tower-2' | 'control-tower-3';

const ROOT: { readonly [layout in Layout]: string } = {
  account: 'AWSLogs',
  organization: `AWSLogs/${ORGANIZATION}`,
  'control-tower-2': `${ORGANIZATION}/AWSLogs`,
  'control-tower-3': `${ORGANIZATION}/AWSLogs/${ORGANIZATION}`,
};

/** Where and when a log file was delivered. */
export type Delivery = {
  readonly account: string;
  readonly region: string;
  /** `YYYY-MM-DD` */
  readonly day: string;
  /** Minutes since midnight. */
  readonly minute: number;
  /** What CloudTrail draws at random: 16 letters and digits. */
  readonly unique: string;
};

export function fileName({ account, region, day, minute, unique }: Delivery, family = 'CloudTrail'): string {
  const clock = [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join('');
  return `${account}_${family}_${region}_${day.replaceAll('-', '')}T${clock}Z_${unique}.json.gz`;
}

export function keyOf(layout: Layout, delivery: Delivery, family = 'CloudTrail'): string {
  const { account, region, day } = delivery;
  const folder = `${ROOT[layout]}/${account}/${family}/${region}/${day.replaceAll('-', '/')}`;
  return `${folder}/${fileName(delivery, family)}`;
}

/** AWS Config writes beside CloudTrail, and without zeros before the numbers of months and days. */
export function configKey({ account, region, day, unique }: Delivery): string {
  const [year, month, date] = day.split('-').map(Number);
  const name = `${account}_Config_${region}_ConfigHistory_AWS::S3::Bucket_${unique}_1.json.gz`;
  return `AWSLogs/${account}/Config/${region}/${year}/${month}/${date}/ConfigHistory/${name}`;
}

/** From `AWSLogs/` on: what names a log file of a known layout in a folder. */
export const fromAwsLogs = (key: string): string => key.slice(key.indexOf('AWSLogs/'));
