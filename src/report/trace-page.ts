import type { Branch, Chains } from '../trace/chains.js';
import type { Span } from '../trace/key-window.js';
import type { TraceRow, Unseen } from '../trace/trace-row.js';

/** More rows than a browser shows without pain. */
export const MOST_ROWS = 5_000;
/** More keys than anybody follows on a page. */
export const MOST_BRANCHES = 1_000;

/** Everything that the page of a trace shows, as data. */
export type TracePage = {
  /** As it was asked for. */
  readonly who: string;
  readonly period: Span;
  readonly lake: string;
  readonly engine: string;
  readonly generatedAt: number;
  readonly version: string;
  /** Who asks again. */
  readonly command: string;
  readonly chains: Pick<Chains, 'grantOf' | 'size'> & { readonly tree: readonly Branch[] };
  /** Of the whole timeline, also of what the page leaves out. */
  readonly events: number;
  readonly errors: number;
  readonly accounts: number;
  readonly eventsByKey: ReadonlyMap<string, number>;
  /** The oldest {@link MOST_ROWS} at most. */
  readonly rows: readonly TraceRow[];
  readonly unseen: readonly Unseen[];
  /** What an auditor must know before he takes silence for absence. */
  readonly warnings: readonly string[];
};
