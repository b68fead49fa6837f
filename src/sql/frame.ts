import { CLOSE, CLOSE_LIST } from './token-kinds.js';

/** A query may begin. */
export const START = 0;
/** An expression; only queries in brackets matter. */
export const EXPRESSION = 1;
/** A table, or whatever stands in its place. */
export const RELATION = 2;
/** Behind a table: its alias, conditions, the next one. */
export const BEHIND_RELATION = 3;
/** The parts of WITH: a name, what stands behind it, a query in brackets, and what stands behind that. */
export const WITH_NAME = 4;
export const WITH_HEAD = 5;
export const WITH_QUERY = 6;
export const WITH_NEXT = 7;
/** Whatever stands before a query; it may have brackets, and WITH for other things. */
export const BEFORE_QUERY = 8;

const IS_QUERY = 1 << 4;
const AWAITS_FROM = 1 << 5;
const IS_RECURSIVE = 1 << 6;
const IS_LIST = 1 << 7;
const HAS_NAME = 1 << 8;
const STATE = IS_QUERY - 1;

/**
 * What stands between two brackets, or the whole statement; and behind it, as numbers, all that stand around it. A
 * text may open 262,144 brackets: no calls within calls, no object for each.
 */
export class Frame {
  state = START;
  isQuery = false;
  awaitsFrom = false;
  isRecursive = false;
  /** The name that WITH is giving to a query. */
  name: string | null = null;
  /** How many names of WITH held outside. */
  mark = 0;
  /** The bracket that ends it. */
  closing = 0;
  readonly #outer: number[] = [];
  readonly #names: string[] = [];

  get isOutermost(): boolean {
    return this.#outer.length === 0;
  }

  /** Goes into a bracket. */
  enter(begin: Pick<Frame, 'state' | 'closing' | 'mark'>): void {
    this.#outer.push(this.#bits(), this.mark);
    if (this.name !== null) this.#names.push(this.name);
    this.state = begin.state;
    this.closing = begin.closing;
    this.mark = begin.mark;
    this.name = null;
    this.isQuery = false;
    this.awaitsFrom = false;
    this.isRecursive = false;
  }

  /** Goes back to what stands around; of the outermost nothing does. */
  leave(): void {
    this.mark = this.#outer.pop() ?? 0;
    const bits = this.#outer.pop() ?? 0;
    this.state = bits & STATE;
    this.isQuery = (bits & IS_QUERY) !== 0;
    this.awaitsFrom = (bits & AWAITS_FROM) !== 0;
    this.isRecursive = (bits & IS_RECURSIVE) !== 0;
    this.closing = (bits & IS_LIST) !== 0 ? CLOSE_LIST : CLOSE;
    this.name = (bits & HAS_NAME) !== 0 ? (this.#names.pop() ?? null) : null;
  }

  #bits(): number {
    return (
      this.state |
      (this.isQuery ? IS_QUERY : 0) |
      (this.awaitsFrom ? AWAITS_FROM : 0) |
      (this.isRecursive ? IS_RECURSIVE : 0) |
      (this.closing === CLOSE_LIST ? IS_LIST : 0) |
      (this.name !== null ? HAS_NAME : 0)
    );
  }
}

/** Whether something must follow. */
export function isUnfinished(state: number): boolean {
  return state === RELATION || (state >= WITH_NAME && state <= WITH_NEXT);
}
