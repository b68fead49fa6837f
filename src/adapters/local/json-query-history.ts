import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { isQueryName } from '../../datasets/asked-query.js';
import { type HistoryAnswer, type QueryName, queryKey, queryOfKey } from '../../datasets/query-execution.js';
import { executionOf } from '../../datasets/told-execution.js';
import { AuditLakeError, messageOf } from '../../errors.js';
import { dayOf, isDay } from '../../lake/partition.js';
import type { OpenQuery } from '../../ports/open-queries.js';
import type { QueryHistory } from '../../ports/query-history.js';

/** Athena prints epoch seconds, the AWS command line ISO 8601. In milliseconds. */
const Moment = z.union([
  z.number().transform((seconds) => Math.round(seconds * 1000)),
  z.string().transform(isoMillis),
]);

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
      DataScannedInBytes: z.number().nullish(),
      EngineExecutionTimeInMillis: z.number().nullish(),
      QueryQueueTimeInMillis: z.number().nullish(),
      QueryPlanningTimeInMillis: z.number().nullish(),
      TotalExecutionTimeInMillis: z.number().nullish(),
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

  /** The queries that it tells in full: account, Region, time and text. */
  told(): readonly OpenQuery[] {
    const told: OpenQuery[] = [];
    for (const [key, answer] of this.#answers) {
      if (answer.kind !== 'execution') continue;
      const name = queryOfKey(key);
      const { text, submitted } = answer.execution;
      if (text === null || submitted === null || !isDay(dayOf(submitted))) continue;
      if (!isQueryName(name)) continue;
      told.push({ ...name, started: submitted, why: 'pending', hasText: false });
    }
    return told;
  }

  async lookup(queries: readonly QueryName[]): Promise<ReadonlyMap<string, HistoryAnswer>> {
    const found = new Map<string, HistoryAnswer>();
    for (const query of queries) {
      const told = this.#find(query);
      if (told) found.set(queryKey(query), told);
    }
    return found;
  }

  mayKnow(query: QueryName): boolean {
    return this.#find(query) !== undefined;
  }

  #find(query: QueryName): HistoryAnswer | undefined {
    const { account, region, id } = query;
    const names = [
      query,
      { account, region: '', id },
      { account: '', region, id },
      { account: '', region: '', id },
    ];
    return names.map((name) => this.#answers.get(queryKey(name))).find((it) => it !== undefined);
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
      const told = { kind: 'execution', execution: executionOf(execution), source: 'history_file' } as const;
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
      // A document over many lines breaks at the first of them: then the place of its own error says more.
      const place = at === 0 ? `${path}: not JSON${positionOf(error)}` : `${path}, line ${at + 1}: not JSON`;
      if (value === undefined) throw new AuditLakeError('USAGE', place);
      return { place: `${path}, line ${at + 1}`, value };
    });
  }
}

/** Of what the parser says the place alone: the rest quotes the text (threat T15). */
function positionOf(error: unknown): string {
  const [, position] = /at position (\d+)/.exec(messageOf(error)) ?? [];
  return position === undefined ? '' : ` at position ${position}`;
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
