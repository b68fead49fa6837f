import { delayedCall, failedStarts, keptThings, questions, strangerCalls } from './athena-calls.js';
import { type AsOf, midnight } from './calendar.js';
import { foreignFiles } from './foreign-files.js';
import { deliver, deliverLate, pack, type TrailFile } from './log-files.js';
import { redelivery, truncated } from './mishaps.js';
import { otherActivity } from './other-activity.js';
import type { Query } from './queries.js';
import { eventsOfQuery } from './query-events.js';
import { type QueryHistory, queryHistoryOf } from './query-history.js';
import { createRandom } from './random.js';
import { type PlantedSession, roleStory } from './role-story.js';
import { routineQueries } from './routine-queries.js';
import { storyQueries } from './story-queries.js';
import { type TrailFacts, trailFacts } from './trail-facts.js';

export type Trail = {
  /** Every object of the trail's bucket, by key. */
  readonly files: readonly TrailFile[];
  /** The canned query history, ready for `JSON.stringify`. */
  readonly queryHistory: QueryHistory;
  /** What an ingest should count. */
  readonly facts: TrailFacts;
  /** What was planted: every query that Athena accepted. */
  readonly queries: readonly Query[];
  /** What was planted: credentials that people were given, and what they did with them. */
  readonly sessions: readonly PlantedSession[];
};

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * A small organization trail that looks back from `asOf`: three accounts, two Regions, ten recent days and
 * four beyond Athena's memory of 45 days, and one archived log file of 2023. The same `asOf` gives the same
 * bytes; another one moves the days and changes no count.
 */
export function generateTrail({ asOf }: { readonly asOf: AsOf }): Trail {
  const random = createRandom(20_261_101);
  const queries = [...routineQueries(asOf, random), ...storyQueries(asOf, random)];
  const starts = failedStarts(asOf, random);
  const roles = roleStory(asOf);
  const happenings = [
    ...queries.flatMap((query) => eventsOfQuery(query, random)),
    ...starts,
    ...keptThings(asOf, random),
    ...strangerCalls(asOf, random),
    ...questions(asOf, queries, random),
    ...otherActivity(asOf, random),
    ...roles.happenings,
  ];
  const onTime = deliver(happenings, random);
  const late = deliverLate([delayedCall(asOf, random)], 4 * DAY, random);
  const again = redelivery(happenings, asOf, random);
  const sound = [...onTime, ...late, ...again];
  const corrupt = truncated(asOf, random);
  const foreign = foreignFiles(onTime, midnight(asOf, 1) + 10 * HOUR, random);
  return {
    files: [...sound.map(pack), ...corrupt, ...foreign].sort((a, b) => (a.key < b.key ? -1 : 1)),
    queryHistory: queryHistoryOf(queries, asOf),
    facts: trailFacts({ sound, corrupt, foreign, queries, failedStarts: starts.length, asOf }),
    queries,
    sessions: roles.sessions,
  };
}
