import {
  type CloudTrailClient,
  LookupEventsCommand,
  type LookupEventsCommandOutput,
} from '@aws-sdk/client-cloudtrail';
import { EVENT_HISTORY_MS, type HistoryHour } from '../../cloudtrail/event-history-ref.js';
import { AuditLakeError } from '../../errors.js';
import { awsError, isDenied, isTooBusy, statusOf } from './aws-error.js';
import { again, type Waiting } from './back-off.js';
import { elementOf, type HistoryElement } from './lookup-events-element.js';

export type LookupEventsAccess = {
  /** The client of an account in the Region. It must not try again by itself: its calls would not be counted. */
  readonly clientOf: (account: string) => Pick<CloudTrailClient, 'send'>;
  /** The one service whose events are wanted; all where absent. */
  readonly eventSource?: string | undefined;
  readonly waiting: Waiting & { readonly now: () => number };
};

/** A piece of the history of an account in a Region: from its start until before its end. */
export type HistorySpan = HistoryHour & { readonly end: number };

export type HistoryPage = { readonly elements: readonly HistoryElement[]; readonly isLast: boolean };

/** CloudTrail takes two calls a second of an account and Region, and gives 50 events at most. */
const MS_A_CALL = 500;
const MOST_EVENTS = 50;
const SECOND_MS = 1_000;
/** With pacing and back-off some 30 seconds. */
const MOST_ATTEMPTS = 15;
/** So many calls that fail for good, one behind the other: more would only wait in vain. */
const MOST_FAILURES = 3;
/** A million events in one hour: nearly three hours of calls. */
const MOST_PAGES = 20_000;

/**
 * Reads the event history page by page, newest event first, with at most two calls a second for each account. Holds
 * one page.
 */
export class LookupEventsPages {
  readonly #access: LookupEventsAccess;
  /** When the next call of an account may begin. */
  readonly #turns = new Map<string, number>();
  /** Calls that failed for good since one succeeded. */
  #failures = 0;

  constructor(access: LookupEventsAccess) {
    this.#access = access;
  }

  /**
   * The pages of a span to its end; there is always one. Each event is in exactly one of the spans that touch one
   * another: a second more is asked for than is wanted, whatever the service makes of the ends, and what happened
   * outside is left out here. An event without a time counts for the start.
   * @throws AuditLakeError AWS_CREDENTIALS, AWS_DENIED, USAGE (no Region); READ_FAILED for all that may pass, and
   * AWS_FAILED where that came three times in a row
   */
  async *read(span: HistorySpan): AsyncGenerator<HistoryPage> {
    let token: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const { Events = [], NextToken } = await this.#page(span, token);
      const elements = Events.map(elementOf).filter(({ time = span.start }) => isWithin(span, time));
      if (!NextToken) {
        this.#mustBeRemembered(span);
        yield { elements, isLast: true };
        return;
      }
      yield { elements, isLast: false };
      if (NextToken === token) break;
      token = NextToken;
    }
    throw new AuditLakeError('READ_FAILED', `the pages of ${nameOf(span)} do not end; ${AGAIN}`);
  }

  async #page(span: HistorySpan, token: string | undefined): Promise<LookupEventsCommandOutput> {
    const { clientOf, waiting } = this.#access;
    const client = clientOf(span.account);
    try {
      const answer = await again({ waiting, most: MOST_ATTEMPTS, mayPass }, async () => {
        await this.#turn(span.account);
        return client.send(this.#command(span, token));
      });
      this.#failures = 0;
      return answer;
    } catch (error) {
      const told = awsError(error, { action: 'cloudtrail:LookupEvents', resource: nameOf(span) });
      if (told.code !== 'AWS_FAILED' || ++this.#failures >= MOST_FAILURES) throw told;
      throw new AuditLakeError('READ_FAILED', told.message, error);
    }
  }

  #command({ start, end }: HistorySpan, token: string | undefined): LookupEventsCommand {
    const { eventSource } = this.#access;
    return new LookupEventsCommand({
      StartTime: new Date(start - SECOND_MS),
      EndTime: new Date(end),
      MaxResults: MOST_EVENTS,
      ...(eventSource !== undefined && {
        LookupAttributes: [{ AttributeKey: 'EventSource', AttributeValue: eventSource }],
      }),
      ...(token !== undefined && { NextToken: token }),
    });
  }

  /** Waits until the account may be called; a clock that is set back costs no more than one turn. */
  async #turn(account: string): Promise<void> {
    const { now, pause } = this.#access.waiting;
    const wait = Math.min(MS_A_CALL, Math.max(0, (this.#turns.get(account) ?? 0) - now()));
    this.#turns.set(account, now() + wait + MS_A_CALL);
    if (wait > 0) await pause(wait);
  }

  /** Asked after the last answer: what was forgotten meanwhile must not be settled as if it had been empty. */
  #mustBeRemembered(span: HistorySpan): void {
    if (span.start >= this.#access.waiting.now() - EVENT_HISTORY_MS) return;
    const message = `${nameOf(span)} became older than 90 days while it was read: CloudTrail has forgotten it`;
    throw new AuditLakeError('READ_FAILED', message);
  }
}

const AGAIN = 'run the same command again';

/** Whether a moment lies in a span. */
export const isWithin = ({ start, end }: HistorySpan, time: number): boolean => start <= time && time < end;

function nameOf({ account, region }: HistorySpan): string {
  return `the event history of ${account} in ${region}`;
}

/** No answer at all, too many calls (others may use the same two a second), or the service itself failed. */
function mayPass(error: unknown): boolean {
  // The role was not to be had: who asked for it has tried enough.
  if (error instanceof AuditLakeError) return false;
  const status = statusOf(error);
  if (status === undefined) return !isDenied(error);
  return isTooBusy(error) || status === 429 || status >= 500;
}
