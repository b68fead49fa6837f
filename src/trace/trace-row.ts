/** An event of a timeline, and by which way it was done: `john.doe > devops > it`. */
export type TraceRow = {
  readonly via: string;
  /** Milliseconds since 1970, UTC. */
  readonly at: number;
  readonly eventId: string | null;
  readonly account: string | null;
  readonly region: string | null;
  readonly source: string | null;
  readonly name: string | null;
  readonly error: string | null;
  readonly ip: string | null;
  readonly userName: string | null;
  readonly userArn: string | null;
  readonly key: string | null;
  /** As JSON. */
  readonly request: string | null;
};

/** A temporary key that events show, though nobody saw it being given out. */
export type Unseen = Pick<TraceRow, 'userName' | 'userArn'> & { readonly key: string };

/** `s3` of `s3.amazonaws.com`. */
export const serviceOf = (source: string | null): string => (source ?? '?').replace(/\.amazonaws\.com$/, '');

/** The day of a moment, UTC, and its time to the second. */
export const dayText = (at: number): string => new Date(at).toISOString().slice(0, 10);
export const timeText = (at: number): string => new Date(at).toISOString().slice(11, 19);
export const minuteText = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
