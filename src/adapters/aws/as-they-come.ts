/** Does something for one item; `more` adds items to be done before those that wait. */
export type Step<T, R> = (item: T, more: (...items: readonly T[]) => void) => Promise<R>;

/**
 * Works off items that lead to further items, so many at once, and gives the results as they come. Nothing is begun
 * while nobody takes results, and of an item that leads to many the first is done first: what waits stays as few as
 * the way down is deep. The first failure ends it; what is under way then ends by itself.
 */
export async function* asTheyCome<T, R>(
  items: readonly T[],
  atOnce: number,
  step: Step<T, R>,
): AsyncGenerator<R> {
  const waiting = items.toReversed();
  const ended: (() => R)[] = [];
  let underWay = 0;
  let wake = () => {};
  const end = (result: () => R) => {
    ended.push(result);
    underWay -= 1;
    wake();
  };
  const begin = (item: T) => {
    underWay += 1;
    step(item, (...items) => void waiting.push(...items.toReversed())).then(
      (result) => end(() => result),
      (error: unknown) =>
        end(() => {
          throw error;
        }),
    );
  };
  for (;;) {
    const free = atOnce - underWay - ended.length;
    for (const item of waiting.splice(Math.max(0, waiting.length - free)).toReversed()) begin(item);
    const result = ended.shift();
    if (result) yield result();
    else if (underWay === 0) return;
    else {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
}
