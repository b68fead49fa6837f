import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import {
  type HistoryAnswer,
  type QueryExecution,
  type QueryName,
  queryKey,
} from '../../datasets/query-execution.js';
import { AuditLakeError, messageOf } from '../../errors.js';
import type { QueryHistory } from '../../ports/query-history.js';

/** Athena prints epoch seconds, the AWS command line ISO 8601. */
const Moment = z.union([
  z.number().transform((seconds) => Math.round(seconds * 1000)),
  z.string().transform(isoMillis),
]);
/** A count; beyond 2^53 JSON has rounded it already, so it is left out rather than wrong. */
const Count = z.number().transform((value) => (Number.isSafeInteger(value) ? BigInt(value) : null));

/** QueryExecution of the Athena API reference; every member is optional. */
const Execution = z.object({
  QueryExecutionId: z.string(),
  account: z.string().optional(),
  region: z.string().optional(),
  Query: z.string().nullish(),
  StatementType: z.string().nullish(),
  SubstatementType: z.string().nullish(),
  WorkGroup: z.string().nullish(),
  ResultConfiguration: z.object({ OutputLocation: z.string().nullish() }).nullish(),
  QueryExecutionContext: z
    .object({ Database: z.string().nullish(), Catalog: z.string().nullish() })
    .nullish(),
  ExecutionParameters: z.array(z.string()).nullish(),
  EngineVersion: z.object({ EffectiveEngineVersion: z.string().nullish() }).nullish(),
  Status: z
    .object({
      State: z.string().nullish(),
      StateChangeReason: z.string().nullish(),
      SubmissionDateTime: Moment.nullish(),
      CompletionDateTime: Moment.nullish(),
      AthenaError: z
        .object({
          ErrorCategory: z.number().nullish(),
          ErrorType: z.number().nullish(),
          ErrorMessage: z.string().nullish(),
        })
        .nullish(),
    })
    .nullish(),
  Statistics: z
    .object({
      DataScannedInBytes: Count.nullish(),
      EngineExecutionTimeInMillis: Count.nullish(),
      QueryQueueTimeInMillis: Count.nullish(),
      QueryPlanningTimeInMillis: Count.nullish(),
      TotalExecutionTimeInMillis: Count.nullish(),
      ResultReuseInformation: z.object({ ReusedPreviousResult: z.boolean().nullish() }).nullish(),
    })
    .nullish(),
});

const Refusal = z.object({
  id: z.string(),
  account: z.string().optional(),
  region: z.string().optional(),
  code: z.enum(['denied', 'not_found']),
});

/** An answer of BatchGetQueryExecution or GetQueryExecution, or one execution alone. */
const Answer = z.union([
  z
    .object({ QueryExecutions: z.array(Execution).default([]), errors: z.array(Refusal).default([]) })
    .refine(({ QueryExecutions, errors }) => QueryExecutions.length + errors.length > 0),
  z
    .object({ QueryExecution: Execution })
    .transform(({ QueryExecution }) => ({ QueryExecutions: [QueryExecution], errors: [] })),
  Execution.transform((execution) => ({ QueryExecutions: [execution], errors: [] })),
]);

/** A saved query history. An item without account and Region answers for its id wherever that ran. */
export class JsonQueryHistory implements QueryHistory {
  readonly #answers: ReadonlyMap<string, HistoryAnswer>;

  constructor(answers: ReadonlyMap<string, HistoryAnswer>) {
    this.#answers = answers;
  }

  async lookup(queries: readonly QueryName[]): Promise<ReadonlyMap<string, HistoryAnswer>> {
    const found = new Map<string, HistoryAnswer>();
    for (const query of queries) {
      const answer = this.#answers.get(queryKey(query)) ?? this.#answers.get(anywhere(query.id));
      if (answer) found.set(queryKey(query), answer);
    }
    return found;
  }
}

const anywhere = (id: string) => queryKey({ account: '', region: '', id });

/**
 * Reads a query history: JSON or NDJSON of BatchGetQueryExecution answers, each item optionally with `account`
 * and `region`, and `errors: [{id, code}]`. Holds the whole history.
 * @throws AuditLakeError USAGE, naming the line
 */
export async function readQueryHistory(path: string): Promise<JsonQueryHistory> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new AuditLakeError('USAGE', `cannot read the query history ${path}: ${messageOf(error)}`, error);
  });
  const answers = new Map<string, HistoryAnswer>();
  for (const { line, value } of documents(text, path)) {
    const parsed = Answer.safeParse(value);
    if (!parsed.success) {
      throw new AuditLakeError(
        'USAGE',
        `${path}, line ${line}: not an answer of BatchGetQueryExecution`,
        parsed.error,
      );
    }
    for (const execution of parsed.data.QueryExecutions) {
      answers.set(nameOf(execution, execution.QueryExecutionId), {
        kind: 'execution',
        execution: inOurWords(execution),
      });
    }
    for (const refusal of parsed.data.errors)
      answers.set(nameOf(refusal, refusal.id), { kind: refusal.code });
  }
  return new JsonQueryHistory(answers);
}

function nameOf(item: { account?: string | undefined; region?: string | undefined }, id: string): string {
  const { account, region } = item;
  return account !== undefined && region !== undefined ? queryKey({ account, region, id }) : anywhere(id);
}

/** One JSON document, a list of them, or one a line. */
function documents(text: string, path: string): { line: number; value: unknown }[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map((item) => ({ line: 1, value: item })) : [{ line: 1, value }];
  } catch {
    const lines = text.split('\n').map((content, at) => ({ content, line: at + 1 }));
    return lines
      .filter(({ content }) => content.trim() !== '')
      .map(({ content, line }) => {
        try {
          return { line, value: JSON.parse(content) };
        } catch (error) {
          throw new AuditLakeError('USAGE', `${path}, line ${line}: not JSON`, error);
        }
      });
  }
}

function isoMillis(text: string, context: z.RefinementCtx): number {
  const millis = Date.parse(text);
  if (Number.isNaN(millis)) context.addIssue({ code: 'custom', message: 'not a time' });
  return millis;
}

function inOurWords(execution: z.infer<typeof Execution>): QueryExecution {
  const { Status: status, Statistics: statistics } = execution;
  const error = status?.AthenaError;
  return {
    text: execution.Query ?? null,
    statementType: execution.StatementType ?? null,
    substatementType: execution.SubstatementType ?? null,
    workGroup: execution.WorkGroup ?? null,
    catalog: execution.QueryExecutionContext?.Catalog ?? null,
    database: execution.QueryExecutionContext?.Database ?? null,
    outputLocation: execution.ResultConfiguration?.OutputLocation ?? null,
    state: status?.State ?? null,
    stateChangeReason: status?.StateChangeReason ?? null,
    submitted: status?.SubmissionDateTime ?? null,
    completed: status?.CompletionDateTime ?? null,
    dataScannedBytes: statistics?.DataScannedInBytes ?? null,
    engineMs: statistics?.EngineExecutionTimeInMillis ?? null,
    queueMs: statistics?.QueryQueueTimeInMillis ?? null,
    planningMs: statistics?.QueryPlanningTimeInMillis ?? null,
    totalMs: statistics?.TotalExecutionTimeInMillis ?? null,
    resultReused: statistics?.ResultReuseInformation?.ReusedPreviousResult ?? null,
    engineVersion: execution.EngineVersion?.EffectiveEngineVersion ?? null,
    errorCategory: error?.ErrorCategory ?? null,
    errorType: error?.ErrorType ?? null,
    errorMessage: error?.ErrorMessage ?? null,
    executionParameters: execution.ExecutionParameters ?? null,
  };
}
