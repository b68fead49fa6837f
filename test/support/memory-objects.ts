/** A bucket in memory: each call is one step, an object is whole or not there, and of two writers one wins. */
export class MemoryObjects {
  /** The clock of the store, milliseconds since 1970. */
  now = 0;
  readonly #objects = new Map<string, { readonly bytes: Uint8Array; readonly at: number }>();

  /** As `If-None-Match: *`: what is there stays. */
  async put(name: string, bytes: Uint8Array): Promise<void> {
    if (!this.#objects.has(name)) this.#objects.set(name, { bytes, at: this.now });
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    return this.#objects.get(name)?.bytes;
  }

  async has(name: string): Promise<boolean> {
    return this.#objects.has(name);
  }

  async remove(name: string): Promise<void> {
    this.#objects.delete(name);
  }

  async below(folder: string): Promise<readonly { readonly name: string; readonly at: number }[]> {
    const all = [...this.#objects].filter(([name]) => name.startsWith(folder));
    return all.map(([name, { at }]) => ({ name, at }));
  }
}
