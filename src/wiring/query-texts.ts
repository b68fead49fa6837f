import type { TextPrivacy } from '../datasets/text-privacy.js';
import { queryHistory } from '../jobs/query-histories.js';
import type { KnownQueries } from '../ports/known-queries.js';
import type { QueryHistory } from '../ports/query-history.js';
import { type AthenaHistoryRun, type AthenaHistorySettings, openAthenaHistory } from './athena-history.js';

/** What is asked for the texts of a run, beside the lake. */
export type QueryTexts = {
  readonly privacy: TextPrivacy;
  /** Makes sure that we are somebody, where Athena is asked. @throws AuditLakeError AWS_CREDENTIALS, USAGE, ... */
  readonly mustBeSomebody: () => Promise<void>;
  /** Roles under which we ask. */
  readonly askingRoleArns: readonly string[];
  /** The history of a run: first what this lake has learned. */
  readonly over: (known: KnownQueries) => QueryHistory;
  readonly close: () => void;
};

export type QueryTextOptions = AthenaHistoryRun & {
  readonly privacy: TextPrivacy;
  /** A saved history, asked last. */
  readonly file?: QueryHistory | undefined;
};

/** Seconds for each open query. `query_wait` is for ingests: with 0, all asking is left to this. */
const RESOLVE_WAIT = 2;

/** The settings of who asks again, and has the time. */
export const patiently = (settings: AthenaHistorySettings): AthenaHistorySettings => ({
  ...settings,
  queryWait: RESOLVE_WAIT,
});

/** Athena where accounts may be asked, then the saved history. Without accounts nothing of AWS is loaded. */
export async function openQueryTexts(
  settings: AthenaHistorySettings,
  { file, privacy, ...run }: QueryTextOptions,
): Promise<QueryTexts> {
  const athena = await openAthenaHistory(settings, run);
  const histories = [athena?.history, file].filter((history) => history !== undefined);
  return {
    privacy,
    mustBeSomebody: async () => athena?.mustBeSomebody(),
    askingRoleArns: (await athena?.askingRoleArns()) ?? [],
    over: (known) => queryHistory({ known, histories, privacy }),
    close: () => athena?.close(),
  };
}
