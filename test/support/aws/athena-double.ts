import type {
  GetQueryResultsCommandInput,
  GetWorkGroupCommandInput,
  ResultConfiguration,
  StartQueryExecutionCommandInput,
  StopQueryExecutionCommandInput,
} from '@aws-sdk/client-athena';
import { run, StatementFailure } from './athena-catalog.ts';
import { type Ddl, readDdl } from './athena-ddl.ts';
import {
  type AthenaAnswer,
  type Execution,
  isDue,
  type Pace,
  resultPage,
  shown,
  stateOf,
} from './athena-execution.ts';
import { AthenaHistory } from './athena-history.ts';
import { refused, tooMany } from './athena-refusals.ts';
import {
  type AthenaData,
  leaveOrphan,
  mustFitWorkGroup,
  readWrite,
  runWrite,
  type Selected,
} from './athena-writes.ts';
import type { Mishap } from './aws-call.ts';
import type { Catalog } from './glue-catalog.ts';
import { operation } from './operations.ts';

const MOST_QUERY_BYTES = 262_144;
const MOST_ACTIVE_DDL = 20;
const MOST_ROWS = 1000;
const START = [
  ...(['QueryString', 'ClientRequestToken', 'QueryExecutionContext'] as const),
  ...(['ResultConfiguration', 'WorkGroup'] as const),
] as const;

type WorkGroup = {
  readonly outputLocation?: string;
  readonly isManaged?: boolean;
  readonly isEnforced?: boolean;
};

const RESULT_MEMBERS: ReadonlySet<string> = new Set<keyof ResultConfiguration>([
  ...(['OutputLocation', 'EncryptionConfiguration', 'ExpectedBucketOwner'] as const),
]);

/** Athena: statements that run for a while and then change the catalog, and queries that tests answer. */
export class AthenaDouble extends AthenaHistory {
  /** Answers a query. What it throws is why the query failed. */
  answer: (sql: string) => AthenaAnswer = () => ({
    columns: [{ name: '_col0', type: 'integer' }],
    rows: [['1']],
  });
  /** Where there are data behind the tables, they answer in place of `answer`, and can be written. */
  data: AthenaData | undefined;
  /** For queries that are started from now on. */
  pace: Pace = { by: 'polls', queued: 1, running: 1 };
  /** How long a ClientRequestToken is remembered. */
  tokenMemoryMs = 3_600_000;
  /** False: statements succeed, and the catalog shows nothing of them. */
  catalogShows = true;
  readonly #now: () => number;
  readonly #catalog: Catalog;
  readonly #executions = new Map<string, Execution>();
  readonly #active = new Set<Execution>();
  readonly #tokens = new Map<
    string,
    { readonly request: string; readonly id: string; readonly at: number }
  >();
  readonly #workGroups = new Map<string, WorkGroup>([['primary', {}]]);

  constructor({ now, glue }: { readonly now: () => number; readonly glue: Catalog }) {
    super({ now });
    this.#now = now;
    this.#catalog = glue;
  }

  readonly operations = {
    ...this.textOperations,
    ...this.historyOperations,
    StartQueryExecution: operation<StartQueryExecutionCommandInput>(START, (input, mishap) => {
      const selected = this.#selected(input);
      const started = (rows?: Selected | Error) => ({ QueryExecutionId: this.#start(input, mishap, rows) });
      return selected ? selected.then(started) : started();
    }),
    GetQueryResults: operation<GetQueryResultsCommandInput>(
      ['QueryExecutionId', 'NextToken', 'MaxResults'],
      (input) => this.#results(input),
    ),
    StopQueryExecution: operation<StopQueryExecutionCommandInput>(['QueryExecutionId'], (input) => {
      const execution = this.#execution(input.QueryExecutionId);
      if (!execution.ended) this.#end(execution, 'CANCELLED', 'Query was cancelled by user');
      return {};
    }),
    GetWorkGroup: operation<GetWorkGroupCommandInput>(['WorkGroup'], ({ WorkGroup: name = '' }) => ({
      WorkGroup: { Name: name, State: 'ENABLED', Configuration: this.#configuration(name) },
    })),
  };

  createWorkGroup(name: string, outputLocation?: string): void {
    this.#workGroups.set(name, outputLocation === undefined ? {} : { outputLocation });
  }

  /** One that keeps results in storage of Athena's own. */
  createManagedWorkGroup(name: string): void {
    this.#workGroups.set(name, { isManaged: true });
  }

  /** One that insists on its own place for results, whatever a client wishes. */
  createEnforcingWorkGroup(name: string, outputLocation: string): void {
    this.#workGroups.set(name, { outputLocation, isEnforced: true });
  }

  /** The statements that were started, oldest first, with how they stand, and which partitions they read. */
  executions() {
    return [...this.#executions.values()].map((execution) => ({
      id: execution.id,
      sql: execution.input.QueryString ?? '',
      state: stateOf(execution, this.#now()),
      partitions:
        execution.selected && !(execution.selected instanceof Error) ? execution.selected.partitions : [],
    }));
  }

  /** Ends what is due, in the order in which it was due. */
  advance(): void {
    const due = [...this.#active].filter((execution) => isDue(execution, this.#now()));
    const endOf = ({ submittedAt, pace }: Execution) =>
      submittedAt + (pace.by === 'ms' ? pace.queued + pace.running : 0);
    for (const execution of due.sort((a, b) => endOf(a) - endOf(b))) this.#finish(execution);
  }

  /** What its SELECT gives as of now; undefined where nobody has data, or it is none. */
  #selected({ QueryString: sql = '', QueryExecutionContext }: StartQueryExecutionCommandInput) {
    const write = readWrite(sql);
    if (this.data === undefined || (write === undefined && ddlOf(sql) !== undefined)) return undefined;
    const database = QueryExecutionContext?.Database ?? 'default';
    return this.data
      .select(write?.select ?? sql, database)
      .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  }

  #start(
    { ClientRequestToken: token, ...input }: StartQueryExecutionCommandInput,
    mishap: Mishap,
    selected: Selected | Error | undefined,
  ): string {
    if (token !== undefined && (token.length < 32 || token.length > 128))
      throw refused('Invalid client request token');
    const request = JSON.stringify(input);
    const known = token === undefined ? undefined : this.#tokens.get(token);
    if (known !== undefined && known.at + this.tokenMemoryMs > this.#now()) {
      if (known.request === request) return known.id;
      throw refused('Idempotent parameters do not match');
    }
    const execution = this.#admit(input, mishap, selected);
    const { id, workGroup, submittedAt } = execution;
    this.#executions.set(id, execution);
    this.enter(id, { workGroup, submittedAt, show: () => this.#polled(execution) });
    this.#active.add(execution);
    if (token !== undefined) this.#tokens.set(token, { request, id: execution.id, at: this.#now() });
    this.advance();
    return execution.id;
  }

  #admit(
    input: StartQueryExecutionCommandInput,
    mishap: Mishap,
    selected: Selected | Error | undefined,
  ): Execution {
    const { QueryString: sql = '', WorkGroup: workGroup = 'primary' } = input;
    if (sql === '' || Buffer.byteLength(sql) > MOST_QUERY_BYTES)
      throw refused('queryString has an invalid length');
    const outputLocation = this.#outputLocation(workGroup, input.ResultConfiguration);
    const write = readWrite(sql);
    if (write) mustFitWorkGroup(write, this.#workGroup(workGroup).isEnforced ?? false);
    const ddl = write ? undefined : ddlOf(sql);
    const active = [...this.#active].filter((execution) => execution.ddl !== undefined).length;
    if (ddl !== undefined && active >= MOST_ACTIVE_DDL) throw tooMany();
    const id = `00000000-0000-4000-8000-${String(this.#executions.size + 1).padStart(12, '0')}`;
    return {
      ...{ id, input: structuredClone(input), workGroup, outputLocation, ddl, mishap, pace: this.pace },
      ...{ write, selected },
      submittedAt: this.#now(),
      polls: 0,
    };
  }

  #finish(execution: Execution): void {
    const { ends, reason = 'the test wanted it so' } = execution.mishap;
    const failure = ends === undefined ? this.#failureOf(execution) : reason;
    this.#end(execution, ends ?? (failure === undefined ? 'SUCCEEDED' : 'FAILED'), failure);
  }

  /** Runs a statement. Gives why it failed, if it did. */
  #failureOf(execution: Execution): string | undefined {
    const { QueryString: sql = '', QueryExecutionContext } = execution.input;
    try {
      if (execution.selected instanceof Error) throw execution.selected;
      if (execution.write) runWrite(this.#writing(execution), this.#place());
      else if (execution.ddl === undefined) execution.answer = execution.selected ?? this.answer(sql);
      else if (this.catalogShows)
        run(execution.ddl, this.#catalog, QueryExecutionContext?.Database ?? 'default');
      return undefined;
    } catch (error) {
      const isOurs = execution.ddl !== undefined || execution.write !== undefined;
      if (isOurs && !(error instanceof StatementFailure) && error !== execution.selected) throw error;
      return error instanceof Error ? error.message : String(error);
    }
  }

  #writing(execution: Execution) {
    const { id, write, selected, input, outputLocation, workGroup } = execution;
    if (!write || !selected || selected instanceof Error)
      throw new Error('The AWS double has no data to write');
    const database = input.QueryExecutionContext?.Database ?? 'default';
    const enforced = this.#workGroup(workGroup).isEnforced ?? false;
    return { id, write, rows: selected, database, outputLocation, enforced };
  }

  #place() {
    if (this.data === undefined) throw new Error('The AWS double has no data behind its tables');
    return { catalog: this.#catalog, data: this.data };
  }

  #end(execution: Execution, state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED', reason?: string): void {
    const { write, selected } = execution;
    if (state !== 'SUCCEEDED' && write && selected && !(selected instanceof Error)) {
      leaveOrphan(this.#writing(execution), this.#place());
    }
    execution.ended = { state, at: this.#now(), ...(reason !== undefined && { reason }) };
    this.#active.delete(execution);
  }

  #execution(id = ''): Execution {
    const execution = this.#executions.get(id);
    this.mustKnow(id);
    if (execution === undefined) throw new Error(`The AWS double did not run the query ${id}`);
    return execution;
  }

  /** Shows a query, and counts that it was asked for: the next poll may find it further. */
  #polled(execution: Execution) {
    const seen = shown(execution, this.#now());
    execution.polls += 1;
    return seen;
  }

  #results({ QueryExecutionId, NextToken, MaxResults = MOST_ROWS }: GetQueryResultsCommandInput) {
    const execution = this.#execution(QueryExecutionId);
    const state = stateOf(execution, this.#now());
    if (state === 'FAILED') throw refused(`Query did not finish successfully. Final query state: ${state}`);
    if (state !== 'SUCCEEDED') throw refused(`Query has not yet finished. Current state: ${state}`);
    if (MaxResults < 1 || MaxResults > MOST_ROWS)
      throw refused('MaxResults is more than maximum allowed length 1000.');
    return resultPage(execution.answer ?? { columns: [], rows: [] }, Number(NextToken ?? 0), MaxResults);
  }

  /** Undefined where Athena keeps the results itself. @throws AwsError InvalidRequestException */
  #outputLocation(name: string, asked: ResultConfiguration | undefined): string | undefined {
    const { isManaged, outputLocation: own, isEnforced } = this.#workGroup(name);
    if (isEnforced) return own;
    if (isManaged && asked !== undefined) {
      throw refused('ManagedQueryResultsConfiguration and ResultConfiguration cannot be set together');
    }
    for (const member of Object.keys(asked ?? {})) {
      if (!RESULT_MEMBERS.has(member)) throw new Error(`The AWS double does not know ${member} of results`);
    }
    const encryption = asked?.EncryptionConfiguration;
    if (encryption && encryption.EncryptionOption !== 'SSE_S3' && !encryption.KmsKey) {
      throw refused('KmsKey must be provided');
    }
    const outputLocation = asked?.OutputLocation ?? own;
    if (outputLocation === undefined && !isManaged) throw refused('No output location provided.');
    return outputLocation;
  }

  #workGroup(name: string): WorkGroup {
    const found = this.#workGroups.get(name);
    if (found === undefined) throw refused(`WorkGroup ${name} is not found.`);
    return found;
  }

  #configuration(name: string) {
    const { outputLocation, isManaged = false, isEnforced = false } = this.#workGroup(name);
    return {
      ResultConfiguration: outputLocation === undefined ? {} : { OutputLocation: outputLocation },
      ManagedQueryResultsConfiguration: { Enabled: isManaged },
      EnforceWorkGroupConfiguration: isEnforced,
    };
  }
}

/** The statement, where it is one that changes the catalog. @throws AwsError InvalidRequestException */
function ddlOf(sql: string): Ddl | undefined {
  return /^\s*(SELECT|WITH|SHOW|DESCRIBE|EXPLAIN|VALUES)\b/i.test(sql) ? undefined : readDdl(sql);
}
