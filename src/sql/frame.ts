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

/** What stands between two brackets, or the whole statement. */
export type Frame = {
  readonly outer: Frame | null;
  /** The bracket that ends it. */
  readonly closing: number;
  /** How many names of WITH held outside. */
  readonly mark: number;
  state: number;
  isQuery: boolean;
  awaitsFrom: boolean;
  isRecursive: boolean;
  /** The name that WITH is giving to a query. */
  name: string | null;
};

/** A frame in which nothing was read yet. */
export function frameIn(outer: Frame | null, begin: Pick<Frame, 'state' | 'closing' | 'mark'>): Frame {
  const { state, closing, mark } = begin;
  return {
    outer,
    closing,
    mark,
    state,
    isQuery: false,
    awaitsFrom: false,
    isRecursive: false,
    name: null,
  };
}

/** Whether something must follow. */
export function isUnfinished(state: number): boolean {
  return state === RELATION || (state >= WITH_NAME && state <= WITH_NEXT);
}
