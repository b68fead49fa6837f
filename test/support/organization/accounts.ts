/** What becomes of the way into an account. */
export type AccountFate =
  | 'home'
  | 'open'
  | 'no role'
  | 'denied'
  /** Denied at first. */
  | 'mended'
  /** Athena itself says no after a while. */
  | 'denied later'
  /** One of its workgroups is closed to us. */
  | 'hides'
  | 'not listed';
export type Account = { readonly id: string; readonly fate: AccountFate };

export const HOME = '111122223333';
/** Named by events that somebody forged, or by a trail that nobody listed. */
export const STRANGER = '123456789012';
export const ROLE = 'audit-lake-query-history';
export const roleArn = (account: string): string => `arn:aws:iam::${account}:role/${ROLE}`;

export const REGIONS: readonly string[] = [
  ...['eu-central-1', 'eu-north-1', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'us-east-1', 'us-east-2'],
  ...['us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1', 'ap-south-1', 'ap-northeast-1'],
  ...['ap-northeast-2', 'ap-northeast-3', 'ap-southeast-1', 'ap-southeast-2'],
];

/** Every kind of trouble once. */
export const TROUBLED: readonly AccountFate[] = [
  ...(['home', 'no role', 'denied', 'mended', 'denied later', 'hides', 'not listed'] as const),
];
/** Roles that cannot be assumed, and nothing else. */
export const WITHOUT_ROLE: readonly AccountFate[] = ['home', 'no role', 'denied'];
export const ALL_OPEN: readonly AccountFate[] = ['home'];

/** So many accounts, the first with these fates, the others open; one that is not listed comes on top. */
export function accountsOf(count: number, fates: readonly AccountFate[]): readonly Account[] {
  const listed = fates.filter((fate) => fate !== 'not listed');
  const all = Array.from({ length: count }, (_, at): Account => {
    return { id: at === 0 ? HOME : String(444_455_550_000 + at), fate: listed[at] ?? 'open' };
  });
  return listed.length < fates.length ? [...all, { id: STRANGER, fate: 'not listed' }] : all;
}
