/** Told to whoever runs us. Facts are accounts, Regions, and names of codes and states; never a query, never a message. */
export type TellHistory = (event: HistoryEvent, facts: HistoryFacts) => void;
export type HistoryEvent =
  /** AWS refused a role, or Athena to a role. */
  | 'query_role_denied'
  | 'query_history_denied'
  /** It did not work; later it may. */
  | 'query_role_failed'
  | 'query_history_failed'
  /** Athena said something that we do not know. */
  | 'query_history_unknown_code'
  | 'query_history_unknown_state'
  | 'query_history_unasked_answer';
export type HistoryFacts = {
  readonly account: string;
  readonly region: string;
  /** The name of an error, a code or a state. */
  readonly name: string;
};

/** What is told is remembered; after so much nothing new is told any more. */
const MOST_TOLD = 1_000;

/** Tells each event once for an account and a name, however often it happens. */
export function onceEach(tell: TellHistory): TellHistory {
  const told = new Set<string>();
  return (event, facts) => {
    const key = `${event} ${facts.account} ${facts.name}`;
    if (told.has(key) || told.size >= MOST_TOLD) return;
    told.add(key);
    tell(event, facts);
  };
}
