/** Things made when they are first wanted. Of more than `most` those that nobody wanted for longest are forgotten. */
export class LruCache<T> {
  readonly #most: number;
  readonly #things = new Map<string, T>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string, make: () => T): T {
    const thing = this.#things.get(key) ?? make();
    this.put(key, thing);
    return thing;
  }

  put(key: string, thing: T): void {
    this.#things.delete(key);
    this.#things.set(key, thing);
    const [oldest] = this.#things.keys();
    if (this.#things.size > this.#most && oldest !== undefined) this.#things.delete(oldest);
  }
}
