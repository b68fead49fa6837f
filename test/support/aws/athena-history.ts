import type {
  BatchGetQueryExecutionCommandInput,
  GetQueryExecutionCommandInput,
} from '@aws-sdk/client-athena';
import { refused } from './athena-refusals.ts';
import { type RememberedQuery, rememberedAt } from './athena-remembered.ts';
import { AthenaTexts } from './athena-texts.ts';
import type { Mishap } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { operation } from './operations.ts';

const MOST_IDS = 50;
const REMEMBERED_MS = 45 * 86_400_000;

/** A query that the history knows. `show` counts as a poll of its state. */
type Entry = { readonly workGroup: string; readonly submittedAt: number; readonly show: () => unknown };

/** Athena's query history of one account and Region: 45 days of what was run. */
export class AthenaHistory extends AthenaTexts {
  /** Ids that BatchGetQueryExecution tells of, whatever it was asked. */
  answersAlso: readonly string[] = [];
  /** Asked id > the id that is told of instead. */
  readonly answersInstead = new Map<string, string>();
  /** Ids of which BatchGetQueryExecution says nothing, neither here nor there. */
  readonly leavesOut = new Set<string>();
  /** The ErrorCode of what a fault `{ processed: n }` leaves; AWS documents none. */
  leftCode = 'INTERNAL_FAILURE';
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();

  constructor({ now }: { readonly now: () => number }) {
    super({ now });
    this.#now = now;
  }

  protected readonly historyOperations = {
    GetQueryExecution: operation<GetQueryExecutionCommandInput>(
      ['QueryExecutionId'],
      ({ QueryExecutionId = '' }) => ({ QueryExecution: this.#read(QueryExecutionId, 'GetQueryExecution') }),
    ),
    BatchGetQueryExecution: operation<BatchGetQueryExecutionCommandInput>(
      ['QueryExecutionIds'],
      (input, mishap) => this.#readMany(input.QueryExecutionIds ?? [], mishap),
    ),
  };

  /** A query that was run by somebody, without running it here. One of the same id is replaced. */
  remember(query: RememberedQuery): void {
    const { id, workGroup = 'primary', submittedAt } = query;
    const kept = structuredClone(query);
    this.enter(id, { workGroup, submittedAt, show: () => rememberedAt(kept, this.#now()) });
  }

  /** Takes a query out of the history, as when its workgroup is deleted. */
  forget(id: string): void {
    this.#entries.delete(id);
  }

  protected enter(id: string, entry: Entry): void {
    this.#entries.set(id, entry);
  }

  /** @throws AwsError InvalidRequestException, for a query that is not known or not known any more */
  protected mustKnow(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry !== undefined && this.#now() < entry.submittedAt + REMEMBERED_MS) return entry;
    throw refused(`QueryExecution ${id} was not found`);
  }

  /** @throws AwsError */
  #read(id: string, action: string): unknown {
    const entry = this.mustKnow(this.answersInstead.get(id) ?? id);
    const secrecy = this.secrecyOf(entry.workGroup, action);
    if (secrecy) throw secrecy;
    return entry.show();
  }

  #readMany(ids: readonly string[], { processed = MOST_IDS }: Mishap) {
    if (ids.length < 1 || ids.length > MOST_IDS) throw refused('queryExecutionIds must have 1 to 50 members');
    const told: unknown[] = [];
    const left: object[] = [];
    for (const [at, id] of ids.entries()) {
      if (this.leavesOut.has(id)) continue;
      try {
        if (at >= processed) throw this.#failureOn(id);
        told.push(this.#read(id, 'BatchGetQueryExecution'));
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        left.push(unprocessed(id, error));
      }
    }
    const also = this.answersAlso.map((id) => this.mustKnow(id).show());
    return { QueryExecutions: [...told, ...also], UnprocessedQueryExecutionIds: left };
  }

  /** @throws AwsError InvalidRequestException */
  #failureOn(id: string): AwsError {
    this.mustKnow(id);
    return new AwsError(this.leftCode, 'Internal failure');
  }
}

const unprocessed = (id: string, { name, message, fields }: AwsError) => ({
  QueryExecutionId: id,
  ErrorCode: String(fields['AthenaErrorCode'] ?? name),
  ErrorMessage: message,
});
