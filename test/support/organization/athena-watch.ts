import type { QueryExecution } from '@aws-sdk/client-athena';
import type { AskedQuery } from '../../../src/datasets/query-execution.js';
import type { QueryHistory } from '../../../src/ports/query-history.js';

/** One call of Athena. `process`: who called, each process with a memory of its own. */
export type AthenaCall = {
  readonly process: string;
  readonly place: string;
  readonly at: number;
  readonly ids: readonly string[];
};

/** What Athena told of a query so far. */
export type ToldQuery = {
  hasText: boolean;
  state: string /** When it was first told that it has ended. */;
  endedAt: number;
};

/** One look-up: how long it was allowed to take by its log files, and how long it took. */
export type Lookup = {
  readonly process: string;
  readonly at: number;
  readonly logFiles: number;
  readonly millis: number;
};

const ENDS: ReadonlySet<string> = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED']);

type Command = {
  readonly input: {
    readonly QueryExecutionIds?: readonly string[];
    readonly QueryExecutionId?: string;
    readonly NamedQueryId?: string;
  };
};
type Answer = {
  readonly QueryExecutions?: readonly QueryExecution[];
  readonly QueryExecution?: QueryExecution;
  readonly UnprocessedQueryExecutionIds?: readonly object[];
  readonly NamedQuery?: { readonly NamedQueryId?: string };
};
/** Stands at the door of Athena and notes who asks what, and what is told; knows nothing of what asks. */
export class AthenaWatch {
  readonly calls: AthenaCall[] = [];
  readonly lookups: Lookup[] = [];
  /** How often calls of Athena failed, by the name of the error. */
  readonly failures = new Map<string, number>();
  /** Ids that were left unprocessed. */
  unprocessed = 0;
  /** Each AssumeRole: who asked for which role, and when. */
  readonly assumed: { readonly process: string; readonly arn: string; readonly at: number }[] = [];
  /** By the id of a query or named query; ids of the simulated organization are unique. */
  readonly told = new Map<string, ToldQuery>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A call begins. */
  begun(caller: Pick<AthenaCall, 'process' | 'place'>, { input }: Command): void {
    const { QueryExecutionIds: ids, QueryExecutionId: one, NamedQueryId: named } = input;
    this.calls.push({ ...caller, at: this.#now(), ids: ids ?? [one ?? named ?? ''] });
  }

  /** A call has failed. */
  failed(error: unknown): void {
    const name = error instanceof Error ? error.name : 'unknown';
    this.failures.set(name, (this.failures.get(name) ?? 0) + 1);
  }

  history(process: string, inner: QueryHistory): QueryHistory {
    return {
      mayKnow: (query) => inner.mayKnow?.(query) ?? true,
      lookup: async (queries: readonly AskedQuery[], logFiles: number) => {
        const at = this.#now();
        const answers = await inner.lookup(queries, logFiles);
        this.lookups.push({ process, at, logFiles, millis: this.#now() - at });
        return answers;
      },
    };
  }

  /** An answer has come to whoever waits for it. */
  heard(answer: object): void {
    const {
      QueryExecutions: many = [],
      QueryExecution: one,
      NamedQuery: named,
      UnprocessedQueryExecutionIds: left = [],
    }: Answer = answer;
    this.unprocessed += left.length;
    for (const { QueryExecutionId: id = '', Query: text, Status: status } of one ? [one] : many) {
      const known = this.told.get(id);
      const hasText = known?.hasText === true || text !== undefined;
      const state = status?.State ?? '';
      const now = ENDS.has(state) ? this.#now() : Number.POSITIVE_INFINITY;
      this.told.set(id, { hasText, state, endedAt: Math.min(known?.endedAt ?? now, now) });
    }
    const { NamedQueryId: id } = named ?? {};
    if (id !== undefined) this.told.set(id, { hasText: true, state: '', endedAt: Number.POSITIVE_INFINITY });
  }
}
