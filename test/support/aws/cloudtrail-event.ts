import type { Event } from '@aws-sdk/client-cloudtrail';

/** A record of CloudTrail: the members that LookupEvents shows by themselves, and any others. */
export type EventRecord = {
  readonly eventID: string;
  readonly eventName: string;
  readonly eventSource: string;
  /** Such as 2026-01-09T12:00:00Z. */
  readonly eventTime: string;
  readonly readOnly?: boolean;
  readonly userIdentity?: {
    readonly type?: string;
    readonly userName?: string;
    readonly arn?: string;
    readonly accessKeyId?: string;
    readonly [member: string]: unknown;
  };
  readonly [member: string]: unknown;
};

/** An event with its place among those that were recorded. */
export type Recorded = { readonly order: number; readonly event: Event };

/** A record as LookupEvents shows it. */
export function recorded(record: EventRecord): Event {
  const { eventID, eventName, eventSource, eventTime, readOnly, userIdentity } = record;
  const user = userNameOf(userIdentity);
  return {
    EventId: eventID,
    EventName: eventName,
    EventSource: eventSource,
    EventTime: new Date(eventTime),
    ...(readOnly !== undefined && { ReadOnly: String(readOnly) }),
    ...(userIdentity?.accessKeyId && { AccessKeyId: userIdentity.accessKeyId }),
    ...(user !== undefined && { Username: user }),
    Resources: [],
    CloudTrailEvent: JSON.stringify(record),
  };
}

/** The name of a user, or of the session of a role. */
function userNameOf(identity: EventRecord['userIdentity']): string | undefined {
  if (identity?.userName !== undefined) return identity.userName;
  return identity?.type === 'Root' ? 'root' : identity?.arn?.split('/')[2];
}
