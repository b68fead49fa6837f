import {
  type AthenaClient,
  GetQueryExecutionCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { AuditLakeError, messageOf } from '../../errors.js';
import { type AthenaResults, resultsAsked } from './athena-results.js';
import { awsError, isDenied, isTooBusy, nameOf, statusOf } from './aws-error.js';
import { again, type Waiting } from './back-off.js';

export type AthenaRunsOptions = AthenaResults & {
  readonly athena: Pick<AthenaClient, 'send'>;
  readonly workGroup: string;
  readonly database: string;
  readonly waiting: Waiting;
};

/** A statement, what messages call it, and the token by which Athena knows it when it is sent again. */
export type Run = { readonly what: string; readonly sql: string; readonly token: string };

/** What came of it. */
export type Ran = { readonly id: string; readonly bytesScanned: number };

const FIRST_LOOK_MS = 250;
const LONGEST_WAIT_MS = 2_000;
/** Places in the account's quota come free when queries of others end: some minutes of waiting. */
const MOST_TIMES_BUSY = 100;
/** Without an answer, beyond the retries of the SDK. */
const MOST_TIMES_LOST = 4;
const MOST_REASON = 300;

/** Long statements in Athena: each is started once, waited for as long as it takes, and stopped when it is not wanted any more. */
export class AthenaRuns {
  readonly #options: AthenaRunsOptions;
  /** Those that have not ended: the id of each, once Athena gave it one. */
  readonly #running = new Set<Promise<string>>();
  #isStopped = false;

  constructor(options: AthenaRunsOptions) {
    this.#options = options;
  }

  /** @throws AuditLakeError QUERY_FAILED with Athena's reason, AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED */
  async run(run: Run): Promise<Ran> {
    if (this.#isStopped) throw stopped(run.what);
    const started = this.#start(run);
    this.#running.add(started);
    const id = await started.catch((error: unknown) => {
      this.#running.delete(started);
      throw error;
    });
    const { Statistics } = await this.#ended(run, id);
    this.#running.delete(started);
    return { id, bytesScanned: Statistics?.DataScannedInBytes ?? 0 };
  }

  /**
   * Stops what still runs, and waits until nothing of it writes any more; nothing else is started.
   * @throws AuditLakeError AWS_DENIED, AWS_FAILED
   */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const ids = (await Promise.allSettled(this.#running)).flatMap((it) =>
      it.status === 'fulfilled' ? it.value : [],
    );
    await Promise.all(ids.map((id) => this.#stopped(id)));
  }

  /** A request whose answer was lost is sent again: its token makes it the same statement. */
  async #start({ what, sql, token }: Run): Promise<string> {
    const { workGroup, database } = this.#options;
    const command = new StartQueryExecutionCommand({
      QueryString: sql,
      ClientRequestToken: token,
      WorkGroup: workGroup,
      QueryExecutionContext: { Database: database },
      ...resultsAsked(this.#options),
    });
    const { QueryExecutionId } = await this.#tried(what, 'StartQueryExecution', () =>
      this.#options.athena.send(command),
    );
    if (QueryExecutionId !== undefined) return QueryExecutionId;
    throw new AuditLakeError('AWS_FAILED', `${what}: athena:StartQueryExecution gave no id`);
  }

  async #ended({ what }: Run, id: string): Promise<QueryExecution> {
    for (let wait = FIRST_LOOK_MS; ; wait = Math.min(LONGEST_WAIT_MS, 2 * wait)) {
      const execution = await this.#look(what, id);
      const { State, StateChangeReason } = execution.Status ?? {};
      if (State === 'SUCCEEDED') return execution;
      if (this.#isStopped) throw stopped(what);
      if (State === 'FAILED' || State === 'CANCELLED') {
        throw refusal(what, `${StateChangeReason ?? State.toLowerCase()} (${id})`);
      }
      await this.#options.waiting.pause(wait);
    }
  }

  async #look(what: string, id: string): Promise<QueryExecution> {
    const command = new GetQueryExecutionCommand({ QueryExecutionId: id });
    const { QueryExecution } = await this.#tried(what, 'GetQueryExecution', () =>
      this.#options.athena.send(command),
    );
    return QueryExecution ?? {};
  }

  async #stopped(id: string): Promise<void> {
    const what = 'stopping a query';
    const command = new StopQueryExecutionCommand({ QueryExecutionId: id });
    await this.#tried(what, 'StopQueryExecution', () => this.#options.athena.send(command));
    for (let wait = FIRST_LOOK_MS; ; wait = Math.min(LONGEST_WAIT_MS, 2 * wait)) {
      const { State } = (await this.#look(what, id)).Status ?? {};
      if (State !== 'QUEUED' && State !== 'RUNNING') return;
      await this.#options.waiting.pause(wait);
    }
  }

  /** Again where Athena is too busy, or no answer came. */
  async #tried<T>(what: string, operation: string, call: () => Promise<T>): Promise<T> {
    const { waiting, workGroup } = this.#options;
    let lost = 0;
    const mayPass = (error: unknown) => {
      if (isTooBusy(error)) return !this.#isStopped || operation !== 'StartQueryExecution';
      const isLost = (statusOf(error) ?? 500) >= 500 && !isDenied(error);
      return isLost && ++lost < MOST_TIMES_LOST;
    };
    try {
      return await again({ waiting, most: MOST_TIMES_BUSY, mayPass }, call);
    } catch (error) {
      if (nameOf(error) === 'InvalidRequestException') throw refusal(what, messageOf(error), error);
      throw awsError(error, { action: `athena:${operation}`, resource: `workgroup ${workGroup}` });
    }
  }
}

const stopped = (what: string) => new AuditLakeError('QUERY_FAILED', `${what} was stopped before its end.`);

/** Athena repeats what was asked behind its reason. */
function refusal(what: string, reason: string, cause?: unknown): AuditLakeError {
  const hint = /external_location/.test(reason)
    ? '; the workgroup says where results lie: `results: workgroup`'
    : '';
  return new AuditLakeError('QUERY_FAILED', `${what}: ${reason.slice(0, MOST_REASON)}${hint}`, cause);
}
