import {
  type AthenaClient,
  GetQueryExecutionCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { AuditLakeError, messageOf } from '../../errors.js';
import type { StatementOutcome } from '../../ports/catalog.js';
import { type AthenaResults, resultsAsked } from './athena-results.js';
import { awsError, isTooBusy, nameOf } from './aws-error.js';
import { again, type Waiting } from './back-off.js';

export type AthenaStatementsOptions = AthenaResults & {
  readonly athena: Pick<AthenaClient, 'send'>;
  readonly workGroup: string;
  readonly waiting: Waiting;
};

/** One statement of DDL. `database`: in which names resolve; the one that makes it has none yet. */
export type Statement = { readonly sql: string; readonly database?: string; readonly token?: string };

const FIRST_LOOK_MS = 250;
const LONGEST_WAIT_MS = 2_000;
/** In all, for statements that are waited for. */
const MOST_PATIENCE_MS = 120_000;
const MOST_ATTEMPTS = 6;
/** Of a reason that Athena gives: more tells nothing. */
const MOST_REASON = 300;

/** Statements of DDL in Athena: started, asked after, waited for. Messages never hold their text. */
export class AthenaStatements {
  readonly #options: AthenaStatementsOptions;

  constructor(options: AthenaStatementsOptions) {
    this.#options = options;
  }

  /**
   * Gives the id of the execution: of the same one for the same token, while Athena remembers it. Undefined where
   * Athena knows the token with another text or setting. Without a token each call is an execution.
   * @throws AuditLakeError AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
   */
  async start({ sql, database, token }: Statement): Promise<string | undefined> {
    const { workGroup } = this.#options;
    const command = new StartQueryExecutionCommand({
      QueryString: sql,
      WorkGroup: workGroup,
      ...resultsAsked(this.#options),
      ...(database !== undefined && { QueryExecutionContext: { Database: database } }),
      ...(token !== undefined && { ClientRequestToken: token }),
    });
    try {
      const { QueryExecutionId } = await this.#patiently(() => this.#options.athena.send(command));
      if (QueryExecutionId !== undefined) return QueryExecutionId;
    } catch (error) {
      if (isRefusedAs(error, /idempotent parameters/i)) return undefined;
      throw this.#failed('StartQueryExecution', error);
    }
    throw this.#unfinished('athena:StartQueryExecution', 'no id was given');
  }

  /** @throws AuditLakeError AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED */
  async outcome(executionId: string): Promise<StatementOutcome> {
    const command = new GetQueryExecutionCommand({ QueryExecutionId: executionId });
    try {
      const answer = await this.#patiently(() => this.#options.athena.send(command));
      const { State, StateChangeReason, AthenaError } = answer.QueryExecution?.Status ?? {};
      if (State === 'SUCCEEDED') return { kind: 'succeeded' };
      if (State !== 'FAILED' && State !== 'CANCELLED') return { kind: 'running' };
      const reason = StateChangeReason ?? AthenaError?.ErrorMessage ?? 'Athena gives no reason';
      return { kind: 'failed', reason: `${State}: ${reason.slice(0, MOST_REASON)} (${executionId})` };
    } catch (error) {
      // Forgotten after 45 days, or with its workgroup: nobody can tell any more how it ended.
      if (!isRefusedAs(error, /QueryExecution .*not found/i)) throw this.#failed('GetQueryExecution', error);
      return { kind: 'failed', reason: `Athena does not know the statement any more (${executionId})` };
    }
  }

  /**
   * Runs a statement and waits for its end.
   * @throws AuditLakeError AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED (it failed, or did not end within two minutes)
   */
  async run(what: string, statement: Statement): Promise<void> {
    const id = await this.start(statement);
    if (id === undefined) throw this.#unfinished(what, 'the token stands for another statement');
    let waited = 0;
    for (let wait = FIRST_LOOK_MS; waited < MOST_PATIENCE_MS; wait = Math.min(LONGEST_WAIT_MS, 2 * wait)) {
      const outcome = await this.outcome(id);
      if (outcome.kind === 'succeeded') return;
      if (outcome.kind === 'failed') throw this.#unfinished(what, outcome.reason);
      await this.#options.waiting.pause(wait);
      waited += wait;
    }
    throw this.#unfinished(what, `still running after ${MOST_PATIENCE_MS / 1_000} s (${id})`);
  }

  /** Twenty statements may be active at once in an account and Region; the SDK alone gives up too soon for that. */
  #patiently<T>(call: () => Promise<T>): Promise<T> {
    return again({ waiting: this.#options.waiting, most: MOST_ATTEMPTS, mayPass: isTooBusy }, call);
  }

  #failed(operation: string, error: unknown): AuditLakeError {
    return awsError(error, {
      action: `athena:${operation}`,
      resource: `workgroup ${this.#options.workGroup}`,
    });
  }

  #unfinished(what: string, reason: string): AuditLakeError {
    return new AuditLakeError('AWS_FAILED', `${what} in workgroup ${this.#options.workGroup}: ${reason}`);
  }
}

function isRefusedAs(error: unknown, message: RegExp): boolean {
  return nameOf(error) === 'InvalidRequestException' && message.test(messageOf(error));
}
