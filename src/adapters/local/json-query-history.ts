import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import {
  type HistoryAnswer,
  type QueryExecution,
  type QueryName,
  queryKey,
} from '../../datasets/query-execution.js';
import { AuditLakeError, messageOf } from '../../errors.js';
import type { QueryHistory } from '../../ports/query-history.js';

/** Athena prints epoch seconds, the AWS command line ISO 8601. What no calendar knows is left out. */
const Moment = z
  .union([z.number().transform((seconds) => Math.round(seconds * 1000)), z.string().transform(isoMillis)])
  .transform((millis) => (Math.abs(millis) <= LAST_MILLIS ? millis : null));
const LAST_MILLIS = 8.64e15;
/** A number of Athena's that fits its column; others are left out. */
const Small = z.number().transform((value) => (value === (value | 0) ? value : null));
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
          ErrorCategory: Small.nullish(),
          ErrorType: Small.nullish(),
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

/** UnprocessedQueryExecutionIds: why Athena told nothing. An unknown code tells nothing either. */
const Unprocessed = z
  .object({
    QueryExecutionId: z.string(),
    ErrorCode: z.string().nullish(),
    ErrorMessage: z.string().nullish(),
  })
  .transform(({ QueryExecutionId: id, ErrorCode, ErrorMessage }) => {
    const told = `${ErrorCode} ${ErrorMessage}`;
    if (/AccessDenied|not authorized/i.test(told)) return [{ id, code: 'denied' as const }];
    return /not.?found/i.test(told) ? [{ id, code: 'not_found' as const }] : [];
  });

type Refused = z.infer<typeof Refusal>;
const answer = (executions: z.infer<typeof Execution>[], errors: readonly Refused[] = []) => ({
  executions,
  errors,
});

/** An answer of BatchGetQueryExecution or GetQueryExecution, or one execution alone. */
const Answer = z.union([
  z
    .object({
      QueryExecutions: z.array(Execution).optional(),
      UnprocessedQueryExecutionIds: z.array(Unprocessed).optional(),
      errors: z.array(Refusal).optional(),
    })
    .refine((it) => Object.values(it).some((list) => list !== undefined))
    .transform((it) =>
      answer(it.QueryExecutions ?? [], [
        ...(it.errors ?? []),
        ...(it.UnprocessedQueryExecutionIds ?? []).flat(),
      ]),
    ),
  z.object({ QueryExecution: Execution }).transform((it) => answer([it.QueryExecution])),
  Execution.transform((execution) => answer([execution])),
]);

/** A saved query history. An item that names no account or no Region answers for its id in any. */
export class JsonQueryHistory implements QueryHistory {
  readonly #answers: ReadonlyMap<string, HistoryAnswer>;

  constructor(answers: ReadonlyMap<string, HistoryAnswer>) {
    this.#answers = answers;
  }

  async lookup(queries: readonly QueryName[]): Promise<ReadonlyMap<string, HistoryAnswer>> {
    const found = new Map<string, HistoryAnswer>();
    for (const query of queries) {
      const names = [
        query,
        { ...query, region: '' },
        { ...query, account: '' },
        { account: '', region: '', id: query.id },
      ];
      const told = names.map((name) => this.#answers.get(queryKey(name))).find((it) => it !== undefined);
      if (told) found.set(queryKey(query), told);
    }
    return found;
  }
}

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
  for (const { place, value } of documents(text, path)) {
    const parsed = Answer.safeParse(value);
    if (!parsed.success) {
      throw new AuditLakeError('USAGE', `${place}: not an answer of BatchGetQueryExecution`, parsed.error);
    }
    for (const execution of parsed.data.executions) {
      const told = { kind: 'execution', execution: inOurWords(execution) } as const;
      answers.set(nameOf(execution, execution.QueryExecutionId), told);
    }
    for (const refusal of parsed.data.errors) {
      const name = nameOf(refusal, refusal.id);
      // What was told once is worth more than a later refusal.
      if (answers.get(name)?.kind !== 'execution') answers.set(name, { kind: refusal.code });
    }
  }
  return new JsonQueryHistory(answers);
}

function nameOf(item: { account?: string | undefined; region?: string | undefined }, id: string): string {
  const { account = '', region = '' } = item;
  return queryKey({ account, region, id });
}

type Document = { readonly place: string; readonly value: unknown };

/** One JSON document, a list of them, or one a line. */
function documents(text: string, path: string): Document[] {
  const bare = text.replace(/^\ufeff/, '');
  try {
    const value: unknown = JSON.parse(bare);
    if (!Array.isArray(value)) return [{ place: path, value }];
    return value.map((item, at) => ({ place: `${path}, item ${at + 1}`, value: item }));
  } catch (error) {
    const lines = bare.split('\n').flatMap((content, at) => (content.trim() === '' ? [] : [{ content, at }]));
    return lines.map(({ content, at }) => {
      const value = parsed(content);
      // A document over many lines breaks at the first of them: then its own error says more.
      const place = at === 0 ? `${path}: ${messageOf(error)}` : `${path}, line ${at + 1}: not JSON`;
      if (value === undefined) throw new AuditLakeError('USAGE', place, error);
      return { place: `${path}, line ${at + 1}`, value };
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Without an offset it is UTC, wherever this runs. */
function isoMillis(text: string, context: z.RefinementCtx): number {
  const millis = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
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
