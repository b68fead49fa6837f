/** How old a stack is. */
export type StackAge = {
  /** When it was made: milliseconds since 1970. */
  readonly madeAt: number;
  readonly now: () => number;
};

const MINUTE_MS = 60_000;
/** Until the first log file of a new stack has come in. */
const FIRST_MINUTES = 30;

/** The age in minutes of a stack so new that nothing need have come in yet; undefined for all others. */
export function minutesOfNew({ madeAt, now }: StackAge): number | undefined {
  const minutes = Math.floor((now() - madeAt) / MINUTE_MS);
  return minutes < FIRST_MINUTES ? minutes : undefined;
}
