import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type GetQueryResultsOutput,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { AuditLakeError, messageOf } from '../../errors.js';
import type { Answer, AnswerColumn, QueryEngine } from '../../ports/query-engine.js';
import { mustBeQuestion } from './athena-question.js';
import { type AthenaResults, resultsAsked } from './athena-results.js';
import { columnsOf, valuesOf } from './athena-values.js';
import { awsError, isTooBusy, nameOf } from './aws-error.js';
import { again, type Waiting } from './back-off.js';

export type AthenaQueryOptions = AthenaResults & {
  readonly client: Pick<AthenaClient, 'send'>;
  /** Of the lake, to be named in messages. */
  readonly lake: string;
  readonly workGroup: string;
  readonly database: string;
  /** A fresh token of 32 to 128 characters: the same one would give the answer of another question. */
  readonly newToken: () => string;
  readonly waiting: Waiting;
};

const FIRST_LOOK_MS = 100;
const LONGEST_WAIT_MS = 2_000;
const MOST_ATTEMPTS = 8;
const NOT_THERE =
  /(TABLE|VIEW|SCHEMA|DATABASE)_NOT_FOUND|\b(table|view|schema|database)\b.*(does not exist|not found)/is;

type Pages = {
  readonly first: GetQueryResultsOutput;
  readonly columns: readonly AnswerColumn[];
  readonly hasHeader: boolean;
};

const failed = (message: string, cause?: unknown) => new AuditLakeError('QUERY_FAILED', message, cause);

/** Athena over the tables and views of a lake in S3. The SQL runs as it is. */
export class AthenaQueryEngine implements QueryEngine {
  readonly #options: AthenaQueryOptions;
  /** Questions on their way: the id of each, once Athena gave it one. */
  readonly #running = new Set<Promise<string>>();
  #isClosed = false;

  constructor(options: AthenaQueryOptions) {
    this.#options = options;
  }

  /**
   * Waits for the end of the query, however long Athena lets it run, and reads the results page by page.
   * @throws AuditLakeError QUERY_FAILED with Athena's reason, AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
   */
  async query(sql: string): Promise<Answer> {
    mustBeQuestion(sql);
    if (this.#isClosed) throw failed('The query was stopped before its start.');
    const started = this.#start(sql);
    this.#running.add(started);
    try {
      const id = await started;
      const { StatementType, Statistics } = await this.#ended(id);
      const first = await this.#page(id);
      const columns = columnsOf(first.ResultSet);
      const bytesScanned = Statistics?.DataScannedInBytes;
      return {
        columns,
        chunks: this.#chunks(id, { first, columns, hasHeader: StatementType === 'DML' }),
        ...(bytesScanned !== undefined && { bytesScanned }),
      };
    } finally {
      this.#running.delete(started);
    }
  }

  /** Stops what still runs: Athena would go on, and charge for it. @throws AuditLakeError AWS_DENIED, AWS_FAILED */
  async close(): Promise<void> {
    this.#isClosed = true;
    const ids = await Promise.allSettled(this.#running);
    await Promise.all(ids.map((it) => it.status === 'fulfilled' && this.#stop(it.value)));
  }

  /** A request whose answer was lost may be sent again: its token makes it the same question. */
  async #start(sql: string): Promise<string> {
    const { workGroup, database, newToken } = this.#options;
    const command = new StartQueryExecutionCommand({
      QueryString: sql,
      ClientRequestToken: newToken(),
      WorkGroup: workGroup,
      QueryExecutionContext: { Database: database },
      ...resultsAsked(this.#options),
    });
    const { QueryExecutionId } = await this.#tried('StartQueryExecution', () =>
      this.#options.client.send(command),
    );
    if (QueryExecutionId !== undefined) return QueryExecutionId;
    throw new AuditLakeError('AWS_FAILED', `athena:StartQueryExecution on workgroup ${workGroup} gave no id`);
  }

  async #ended(id: string): Promise<QueryExecution> {
    const command = new GetQueryExecutionCommand({ QueryExecutionId: id });
    for (let wait = FIRST_LOOK_MS; ; wait = Math.min(LONGEST_WAIT_MS, 2 * wait)) {
      const { QueryExecution } = await this.#tried('GetQueryExecution', () =>
        this.#options.client.send(command),
      );
      const { State, StateChangeReason } = QueryExecution?.Status ?? {};
      if (this.#isClosed) throw failed(`The query was stopped before its end (${id}).`);
      if (QueryExecution && State === 'SUCCEEDED') return QueryExecution;
      if (State === 'FAILED' || State === 'CANCELLED') {
        throw this.#refusal(StateChangeReason ?? `Athena gives no reason: ${State.toLowerCase()} (${id}).`);
      }
      await this.#options.waiting.pause(wait);
    }
  }

  async #page(id: string, from?: string): Promise<GetQueryResultsOutput> {
    const command = new GetQueryResultsCommand({ QueryExecutionId: id, NextToken: from });
    return this.#tried('GetQueryResults', () => this.#options.client.send(command));
  }

  /** Only the results of a SELECT begin with a row of column names, and only on their first page. */
  async *#chunks(id: string, { first, columns, hasHeader }: Pages): Answer['chunks'] {
    const rows = first.ResultSet?.Rows ?? [];
    yield valuesOf(hasHeader ? rows.slice(1) : rows, columns);
    for (let from = first.NextToken; from !== undefined; ) {
      const { ResultSet, NextToken } = await this.#page(id, from);
      yield valuesOf(ResultSet?.Rows ?? [], columns);
      from = NextToken;
    }
  }

  async #stop(id: string): Promise<void> {
    const command = new StopQueryExecutionCommand({ QueryExecutionId: id });
    await this.#tried('StopQueryExecution', () => this.#options.client.send(command));
  }

  /** Calls Athena, again where it is too busy. What it refuses as a wrong question is one. */
  async #tried<T>(operation: string, call: () => Promise<T>): Promise<T> {
    const { waiting, workGroup } = this.#options;
    const mayPass = (error: unknown) => isTooBusy(error) && !this.#isClosed;
    try {
      return await again({ waiting, most: MOST_ATTEMPTS, mayPass }, call);
    } catch (error) {
      if (nameOf(error) === 'InvalidRequestException') throw this.#refusal(messageOf(error), error);
      throw awsError(error, { action: `athena:${operation}`, resource: `workgroup ${workGroup}` });
    }
  }

  /** Athena's reason is meant for the one who wrote the SQL. */
  #refusal(reason: string, cause?: unknown): AuditLakeError {
    if (!NOT_THERE.test(reason)) return failed(reason, cause);
    const next = 'with the same settings, `audit-lake partitions register` makes them';
    return failed(`${reason}\nTables and views of ${this.#options.lake} that are missing: ${next}`, cause);
  }
}
