/**
 * Begins something for items before their turn, so many of them, and gives what was begun in order. A failure comes
 * when its turn does. Holds what was begun and not taken.
 */
export async function* ahead<T, R>(
  items: AsyncIterable<T>,
  most: number,
  begin: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const begun: Promise<R>[] = [];
  for await (const item of items) {
    const result = begin(item);
    // Told when its turn comes; until then it must not end the process.
    result.catch(() => undefined);
    begun.push(result);
    if (begun.length >= most) yield await next(begun);
  }
  while (begun.length > 0) yield await next(begun);
}

function next<R>(begun: Promise<R>[]): Promise<R> {
  const [first] = begun.splice(0, 1);
  if (first === undefined) throw new RangeError('nothing was begun');
  return first;
}
