import {
  type QueryExecution as AthenaExecution,
  BatchGetQueryExecutionCommand,
  GetNamedQueryCommand,
  GetPreparedStatementCommand,
  GetQueryExecutionCommand,
  type UnprocessedQueryExecutionId,
} from '@aws-sdk/client-athena';
import { type Asked, whatIsAsked } from '../../datasets/asked-query.js';
import type { HistoryAnswer } from '../../datasets/query-execution.js';
import { executionOf, textOf } from '../../datasets/told-execution.js';
import type { HistoryPlace } from './account-role.js';
import type { CallOutcome, HistoryCall, HistoryCalls } from './athena-history-call.js';
import { codeName } from './athena-history-failure.js';
import type { Patience } from './athena-history-patience.js';
import type { HistoryEvent, TellHistory } from './athena-history-tell.js';

export type QuestionsOptions = {
  readonly calls: Pick<HistoryCalls, 'call'>;
  readonly place: HistoryPlace;
  readonly patience: Patience;
  readonly random: () => number;
  readonly tell: TellHistory;
  readonly answer: (id: string, answer: HistoryAnswer) => void;
};

type CurrentText = { readonly text: string | undefined; readonly database?: string | undefined };
type Statement = Extract<Asked, { kind: 'prepared_statement' }>;

const BATCH = 50;
const STATES: ReadonlySet<string> = new Set(['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED']);
const CODES: ReadonlySet<string> = new Set(['INVALID_INPUT', 'INTERNAL_FAILURE', 'AccessDeniedException']);

const isExecution = (id: string) => whatIsAsked(id).kind === 'execution';

/** The questions of one look-up to one place, one after another. */
export class HistoryQuestions {
  readonly #options: QuestionsOptions;

  constructor(options: QuestionsOptions) {
    this.#options = options;
  }

  /** Asks about each id, once; what patience does not last for gets no answer. */
  async ask(asked: ReadonlySet<string>): Promise<void> {
    const ids = [...asked].filter(isExecution);
    for (let at = 0; at < ids.length; at += BATCH) {
      if (!(await this.#batch(ids.slice(at, at + BATCH)))) return;
    }
    for (const id of asked) if (!isExecution(id) && !(await this.#currentText(id))) return;
  }

  /** False: nobody answers any more. */
  async #batch(ids: readonly string[]): Promise<boolean> {
    const command = new BatchGetQueryExecutionCommand({ QueryExecutionIds: [...ids] });
    const outcome = await this.#call((client, options) => client.send(command, options), ids.length === 1);
    if (outcome.kind === 'silent') return false;
    if (outcome.kind === 'answer') {
      const { QueryExecutions: told = [], UnprocessedQueryExecutionIds: unprocessed = [] } = outcome.value;
      return this.#each(this.#take(ids, told, unprocessed));
    }
    if (outcome.kind === 'denied' && ids.length === 1) return this.#refusal(ids[0] ?? '', outcome);
    // One that we may not read, or that is none, and the whole batch is refused. The next time another is the first,
    // so that those behind it have their turn too.
    const first = Math.floor(this.#options.random() * ids.length);
    return this.#each([...ids.slice(first), ...ids.slice(0, first)], outcome.kind === 'denied');
  }

  /** Takes what was told, and gives the ids that it says nothing of. */
  #take(
    ids: readonly string[],
    told: readonly AthenaExecution[],
    unprocessed: readonly UnprocessedQueryExecutionId[],
  ): readonly string[] {
    const open = new Set(ids);
    const asked = new Set(ids);
    for (const execution of told) {
      const id = execution.QueryExecutionId ?? '';
      if (!asked.has(id)) this.#note('query_history_unasked_answer', 'BatchGetQueryExecution');
      else if (open.delete(id)) this.#execution(id, execution);
    }
    for (const { ErrorCode: code } of unprocessed) {
      if (code !== undefined && !CODES.has(code)) this.#note('query_history_unknown_code', code);
    }
    return [...open];
  }

  /** One call each. Where the place answered just before, what is denied is a workgroup. */
  async #each(ids: readonly string[], isForPlace = false): Promise<boolean> {
    for (const id of ids) if (!(await this.#one(id, isForPlace))) return false;
    return true;
  }

  async #one(id: string, isForPlace: boolean): Promise<boolean> {
    const command = new GetQueryExecutionCommand({ QueryExecutionId: id });
    const outcome = await this.#call((client, options) => client.send(command, options), isForPlace);
    if (outcome.kind !== 'answer') return this.#refusal(id, outcome);
    const { QueryExecution: told } = outcome.value;
    if (told?.QueryExecutionId === id) this.#execution(id, told);
    else this.#note('query_history_unasked_answer', 'GetQueryExecution');
    return true;
  }

  async #currentText(id: string): Promise<boolean> {
    const asked = whatIsAsked(id);
    if (asked.kind === 'execution') return true;
    const outcome = await (asked.kind === 'named_query' ? this.#named(asked.id) : this.#prepared(asked));
    if (outcome.kind !== 'answer') return this.#refusal(id, outcome);
    const { text, database } = outcome.value;
    const source = `current_${asked.kind}` as const;
    const told = { text: textOf(text), ...(database !== undefined && { database: textOf(database) }) };
    this.#options.answer(id, { kind: 'current_text', ...told, source });
    return true;
  }

  #named(id: string): Promise<CallOutcome<CurrentText>> {
    const command = new GetNamedQueryCommand({ NamedQueryId: id });
    return this.#call(async (client, options) => {
      const { NamedQuery } = await client.send(command, options);
      return { text: NamedQuery?.QueryString, database: NamedQuery?.Database };
    });
  }

  /** It runs in the database of whoever executes it. */
  #prepared({ workGroup, name }: Statement): Promise<CallOutcome<CurrentText>> {
    const command = new GetPreparedStatementCommand({ WorkGroup: workGroup, StatementName: name });
    return this.#call(async (client, options) => {
      const { PreparedStatement } = await client.send(command, options);
      return { text: PreparedStatement?.QueryStatement };
    });
  }

  /** A request that Athena does not take says nothing of the query. */
  #refusal(id: string, { kind }: Exclude<CallOutcome<unknown>, { readonly kind: 'answer' }>): boolean {
    if (kind === 'denied' || kind === 'not_found') this.#options.answer(id, { kind });
    return kind !== 'silent';
  }

  #execution(id: string, told: AthenaExecution): void {
    const execution = executionOf(told);
    const { state } = execution;
    if (state !== null && !STATES.has(state)) this.#note('query_history_unknown_state', state);
    this.#options.answer(id, { kind: 'execution', execution, source: 'athena' });
  }

  #note(event: HistoryEvent, name: string): void {
    this.#options.tell(event, { ...this.#options.place, name: codeName(name) });
  }

  #call<T>(send: HistoryCall<T>['send'], isForPlace = false): Promise<CallOutcome<T>> {
    const { calls, place, patience } = this.#options;
    return calls.call({ place, patience, isForPlace, send });
  }
}
