/** The few things that a handler needs to know of its invocation. */
export type LambdaContext = {
  readonly awsRequestId: string;
  readonly getRemainingTimeInMillis: () => number;
};

/** What a bundle may need to its end: reading, the transaction, publishing. */
const RESERVE_MS = 30_000;

/** Tells whether something new may be started: half of the time, or 30 s, are left for what was begun. */
export function stopwatch(context: Pick<LambdaContext, 'getRemainingTimeInMillis'>): {
  readonly mayStart: () => boolean;
} {
  const reserve = Math.min(RESERVE_MS, context.getRemainingTimeInMillis() / 2);
  return { mayStart: () => context.getRemainingTimeInMillis() > reserve };
}
