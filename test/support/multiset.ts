/** Elements of `some` that are not, or not so often, in `all`. */
export function surplus(some: readonly string[], all: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const it of all) left.set(it, (left.get(it) ?? 0) + 1);
  return some.filter((it) => {
    const count = left.get(it) ?? 0;
    left.set(it, count - 1);
    return count <= 0;
  });
}
