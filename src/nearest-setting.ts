/**
 * Which of these names was meant: `stateTable` and `state-table` are near to `state_table`. Undefined where half of a name
 * would have to change.
 */
export function nearestTo(written: string, names: readonly string[]): string | undefined {
  const letters = plain(written.slice(0, 40));
  const ranked = names
    .map((name) => ({ name, distance: distance(letters, plain(name)) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best && best.distance <= best.name.length / 2 ? best.name : undefined;
}

const plain = (name: string) => name.replace(/[-_. ]/g, '').toLowerCase();

/** Letters to insert, delete or replace (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [at, other] of [...to].entries()) {
      const replaced = (row[at] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
