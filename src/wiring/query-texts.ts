import type { TextPrivacy } from '../datasets/text-privacy.js';
import { queryHistory } from '../jobs/query-histories.js';
import type { KnownQueries } from '../ports/known-queries.js';
import type { QueryHistory } from '../ports/query-history.js';
import { type AthenaHistoryRun, type AthenaHistorySettings, openAthenaHistory } from './athena-history.js';

/** Whose Athena is asked and how, and how texts are kept. */
export type QueryTextSettings = AthenaHistorySettings & { readonly queryText: TextPrivacy };

/** What is asked for the texts of a run, beside the lake. */
export type QueryTexts = {
  readonly privacy: TextPrivacy;
  /** Roles whose calls are our own, since we ask under them. */
  readonly ownRoleArns: readonly string[];
  /** The history of a run: first what this lake has learned. */
  readonly over: (known: KnownQueries) => QueryHistory;
  readonly close: () => void;
};

export type QueryTextOptions = AthenaHistoryRun & {
  /** A saved history, asked last. */
  readonly file?: QueryHistory | undefined;
};

/** Athena where accounts may be asked, then the saved history. Without accounts nothing of AWS is loaded. */
export async function openQueryTexts(
  settings: QueryTextSettings,
  { file, ...run }: QueryTextOptions,
): Promise<QueryTexts> {
  const privacy = settings.queryText;
  const athena = await openAthenaHistory(settings, run);
  const histories = [athena?.history, file].filter((history) => history !== undefined);
  return {
    privacy,
    ownRoleArns: (await athena?.ownRoleArns()) ?? [],
    over: (known) => queryHistory({ known, histories, privacy }),
    close: () => athena?.close(),
  };
}
