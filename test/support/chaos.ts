import { AuditLakeError, type ErrorCode } from '../../src/errors.js';

/**
 * What can happen to an effect. `crash`: the process is gone, before the effect or after it. `error`: only the
 * answer is bad; `error after` is the lost response: done, and told as failed.
 */
export const HAPPENINGS = ['crash before', 'crash after', 'error before', 'error after'] as const;
export type Happening = (typeof HAPPENINGS)[number];
/** What gives its items one by one. */
const STREAMS = /\.(list|ends)$/;
/** Lists that come whole, as one effect. */
const AT_ONCE: ReadonlySet<string> = new Set(['register.list', 'catalog.list']);
/** The n-th effect of a run, counted from 0. */
export type Fault = { readonly at: number; readonly happening: Happening };

/** The process is dead: nothing that it still tries has an effect. */
export class Crash extends Error {}

export type ChaosOptions = {
  readonly fault?: Fault;
  /** Asked before every effect: lets a scheduler choose who is next. */
  readonly turn?: (effect: string) => Promise<unknown>;
};

/** Wraps ports so that their effects are named and counted, and one of them goes wrong. */
export class Chaos {
  /** The names of the effects so far, in order. */
  readonly effects: string[] = [];
  readonly #options: ChaosOptions;
  #dead = false;

  constructor(options: ChaosOptions = {}) {
    this.#options = options;
  }

  /** The same port, each call of it an effect. Async iterables are an effect at each step. */
  wrap<T extends object>(name: string, port: T, code: ErrorCode): T {
    return new Proxy(port, {
      get: (target, property) => {
        const member: unknown = Reflect.get(target, property, target);
        if (typeof member !== 'function' || typeof property !== 'string') return member;
        const effect = `${name}.${property}`;
        return (...args: unknown[]) => this.#call(effect, code, () => Reflect.apply(member, target, args));
      },
    });
  }

  #call(effect: string, code: ErrorCode, action: () => unknown): unknown {
    if (!STREAMS.test(effect) || AT_ONCE.has(effect)) return this.#effect(effect, code, async () => action());
    const iterator = (action() as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    return {
      [Symbol.asyncIterator]: () => ({ next: () => this.#effect(effect, code, () => iterator.next()) }),
    };
  }

  async #effect<R>(effect: string, code: ErrorCode, action: () => Promise<R>): Promise<R> {
    await this.#options.turn?.(effect);
    if (this.#dead) throw new Crash(effect);
    const at = this.effects.push(effect) - 1;
    const happening = this.#options.fault?.at === at ? this.#options.fault.happening : undefined;
    if (happening?.endsWith('before')) this.#fail(effect, code, happening);
    const result = await action();
    if (happening) this.#fail(effect, code, happening);
    return result;
  }

  #fail(effect: string, code: ErrorCode, happening: Happening): never {
    if (happening.startsWith('error')) throw new AuditLakeError(code, `${happening}: ${effect}`);
    this.#dead = true;
    throw new Crash(effect);
  }
}
