import { whatIsAsked } from '../datasets/asked-query.js';
import {
  type AskedQuery,
  better,
  type HistoryAnswer,
  isFinal,
  NOTHING_TOLD,
  type QueryExecution,
  type QueryName,
  queryKey,
} from '../datasets/query-execution.js';
import { privateExecution, privateTold, type TextPrivacy } from '../datasets/text-privacy.js';
import type { KnownQueries, KnownQuery } from '../ports/known-queries.js';
import type { QueryHistory } from '../ports/query-history.js';

export type HistoryParts = {
  /** What the lake has learned already. */
  readonly known: KnownQueries;
  /** Who is asked for the rest, in this order. */
  readonly histories: readonly QueryHistory[];
  readonly privacy: TextPrivacy;
};

type Answer = HistoryAnswer | undefined;

/**
 * The history of a run: what the lake has learned to its end, then each history for what is still missing, then what
 * the lake has learned in part. Whatever they tell is made private before the lake learns it or anybody else sees it.
 */
export function queryHistory({ known, histories, privacy }: HistoryParts): QueryHistory {
  return {
    mayKnow: (query) => mayBeToldBy(histories, query),
    lookup: async (queries, logFiles) => {
      const learned = scannedIn(await known.find(queries), privacy);
      const answers = new Map<string, HistoryAnswer>();
      const note = (query: AskedQuery, answer: Answer) => answer && answers.set(queryKey(query), answer);
      for (const query of queries) {
        const execution = learned.get(queryKey(query));
        if (execution && isFinal(execution)) note(query, fromLake(query, execution));
      }
      for (const [at, history] of histories.entries()) {
        const left = queries.filter((query) => !isWhole(answers.get(queryKey(query))));
        if (left.length === 0) break;
        const told = await history.lookup(left, logFiles);
        const asked = histories.slice(0, at);
        for (const query of left) {
          const answer = madePrivate(told.get(queryKey(query)), privacy);
          if (isRefusal(answer) && mayBeToldBy(asked, query)) continue;
          note(query, both(answers.get(queryKey(query)), answer));
        }
      }
      await known.learn(queries.flatMap((query) => toLearn(query, answers.get(queryKey(query)))));
      for (const query of queries) {
        const execution = learned.get(queryKey(query));
        if (execution) note(query, both(fromLake(query, execution), answers.get(queryKey(query))));
      }
      return answers;
    },
  };
}

/** What an earlier release learned masked was not scanned before, and cannot be any more. */
function scannedIn(
  learned: ReadonlyMap<string, QueryExecution>,
  { mode }: TextPrivacy,
): ReadonlyMap<string, QueryExecution> {
  if (mode !== 'masked') return learned;
  return new Map([...learned].map(([key, it]) => [key, it.tables === null ? { ...it, tables: {} } : it]));
}

/** That a saved file knows nothing says little of what Athena may tell later. */
const mayBeToldBy = (histories: readonly QueryHistory[], query: QueryName) =>
  histories.some((history) => history.mayKnow?.(query) ?? true);

const isRefusal = (answer: Answer) => answer?.kind === 'denied' || answer?.kind === 'not_found';

/** Nothing more can be learned. */
function isWhole(answer: Answer): boolean {
  if (answer?.kind === 'execution') return isFinal(answer.execution) && answer.execution.text !== null;
  return answer?.kind === 'current_text' && answer.text !== null;
}

/** Two answers about one query: what was told outweighs what was refused, and a text is never replaced by none. */
function both(first: Answer, second: Answer): Answer {
  if (first?.kind === 'execution' && second?.kind === 'execution') {
    const execution = better(first.execution, second.execution);
    return { ...(execution.text === second.execution.text ? second : first), execution };
  }
  const tells = second?.kind === 'execution' || (second?.kind === 'current_text' && second.text !== null);
  const told = first?.kind === 'execution' || first?.kind === 'current_text';
  return tells || !told ? (second ?? first) : first;
}

/** Of a named query nothing that was seen before the event which asks: it may have changed the text. */
function fromLake({ id, started }: AskedQuery, execution: QueryExecution): Answer {
  const { kind } = whatIsAsked(id);
  if (kind === 'execution') return { kind, execution, source: 'lake' };
  if (execution.submitted === null || execution.submitted < started) return undefined;
  const { text, tables, database } = execution;
  const ran = database === null ? {} : { database };
  return { kind: 'current_text', text, tables, ...ran, source: `current_${kind}` };
}

function madePrivate(answer: Answer, privacy: TextPrivacy): Answer {
  if (answer?.kind === 'execution') {
    return { ...answer, execution: privateExecution(answer.execution, privacy) };
  }
  if (answer?.kind !== 'current_text') return answer;
  return { ...answer, ...privateTold(answer, privacy) };
}

/** What a history other than the lake told. Of a named query the lake keeps the text that was seen last. */
function toLearn(query: AskedQuery, answer: Answer): KnownQuery[] {
  if (answer?.kind === 'execution' && answer.source !== 'lake') {
    return [{ ...query, execution: answer.execution }];
  }
  if (answer?.kind !== 'current_text' || answer.text === null) return [];
  const { text, tables = null, database = null } = answer;
  return [{ ...query, execution: { ...NOTHING_TOLD, text, tables, database, submitted: query.started } }];
}
