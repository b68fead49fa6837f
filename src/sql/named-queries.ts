/** The names that WITH gives to queries, by where they hold: a name of an inner query hides one of an outer. */
export class NamedQueries {
  readonly #counts = new Map<string, number>();
  readonly #defined: string[] = [];

  /** How many names hold here. */
  get mark(): number {
    return this.#defined.length;
  }

  has(name: string): boolean {
    return (this.#counts.get(name) ?? 0) > 0;
  }

  define(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    this.#defined.push(name);
  }

  /** Forgets what was defined since `mark`. */
  forget(mark: number): void {
    while (this.#defined.length > mark) {
      const name = this.#defined.pop() ?? '';
      this.#counts.set(name, (this.#counts.get(name) ?? 0) - 1);
    }
  }
}
