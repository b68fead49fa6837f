/** The few things that a handler needs to know of its invocation. */
export type LambdaContext = {
  readonly awsRequestId: string;
  readonly getRemainingTimeInMillis: () => number;
};

/** What a bundle may need to its end: reading, the transaction, publishing. */
const RESERVE_MS = 30_000;

/** Tells how long something new may be started: half of the time, or 30 s, are left for what was begun. */
export function stopwatch(context: Pick<LambdaContext, 'getRemainingTimeInMillis'>): {
  /** Milliseconds; negative when the reserve has been begun. */
  readonly left: () => number;
  readonly mayStart: () => boolean;
  /** Whether there is time to count what is left to do: all but a tenth of what is kept. */
  readonly mayCount: () => boolean;
} {
  const reserve = Math.min(RESERVE_MS, context.getRemainingTimeInMillis() / 2);
  const left = () => context.getRemainingTimeInMillis() - reserve;
  const mayCount = () => context.getRemainingTimeInMillis() > reserve / 10;
  return { left, mayStart: () => left() > 0, mayCount };
}
