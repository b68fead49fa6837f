import { closedUntil, type HistoryHour, hourOfLocation } from '../../cloudtrail/event-history-ref.js';
import { DAY_MS, HOUR_MS } from '../../cloudtrail/event-time.js';
import { AuditLakeError } from '../../errors.js';
import type { LogFileBody, LogReader } from '../../ports/log-source.js';
import type { HistoryElement } from './lookup-events-element.js';
import {
  type HistorySpan,
  isWithin,
  type LookupEventsAccess,
  LookupEventsPages,
} from './lookup-events-pages.js';

/** What a day may cost before its hours are read one by one, which costs 24 calls at least. */
const MOST_PAGES_OF_A_DAY = 5;

/** What is left of a day, from the hour that was asked for first; without elements it has too many of them. */
type KnownDay = { readonly span: HistorySpan; readonly elements: readonly HistoryElement[] | undefined };

/**
 * Hours of event histories as bodies of log files: `{"Records":[...]}`, each record byte for byte as CloudTrail has
 * it, the newest first. Two calls a second of an account and Region are all that CloudTrail takes, so a day is asked
 * for at once first: one of up to 250 events costs a call for each 50, and one at least, and then all its hours are
 * known. Of a day with more, each hour costs a call for each 50 events, and one at least. So 90 quiet days take some
 * 45 seconds, and 100,000 events some 20 to 40 minutes. Hours are to be read one behind the other; of several
 * accounts in turn, so that none waits for another's pace. Holds 250 events and one page.
 */
export class LookupEventsReader implements LogReader {
  readonly #pages: LookupEventsPages;
  readonly #now: () => number;
  #known: KnownDay | undefined;

  constructor(access: LookupEventsAccess) {
    this.#pages = new LookupEventsPages(access);
    this.#now = access.waiting.now;
  }

  /**
   * Calls nothing yet: its chunks fail as {@link LookupEventsPages.read} does.
   * @throws AuditLakeError READ_FAILED for what is no hour of a history
   */
  async read(location: string): Promise<LogFileBody> {
    const hour = hourOfLocation(location);
    if (!hour) throw new AuditLakeError('READ_FAILED', 'it names no hour of an event history');
    return { size: 0, chunks: documentOf(this.#elements(hour)), close: () => undefined };
  }

  /** The elements of an hour: out of a day that is known, else page by page. */
  async *#elements(hour: HistoryHour): AsyncGenerator<readonly HistoryElement[]> {
    const span = { ...hour, end: hour.start + HOUR_MS };
    if (!this.#known || !covers(this.#known.span, span)) {
      this.#known = undefined;
      this.#known = await this.#learn(hour);
    }
    const { elements, span: day } = this.#known;
    if (elements && covers(day, span)) {
      yield elements.filter(({ time = day.start }) => isWithin(span, time));
      return;
    }
    for await (const page of this.#pages.read(span)) yield page.elements;
  }

  /** What is left of the day, as far as its hours are closed: of others an event may still be on its way. */
  async #learn(hour: HistoryHour): Promise<KnownDay> {
    const midnight = (Math.floor(hour.start / DAY_MS) + 1) * DAY_MS;
    const end = Math.max(hour.start + HOUR_MS, Math.min(midnight, closedUntil(this.#now())));
    const span = { ...hour, end };
    const elements: HistoryElement[] = [];
    let pages = 0;
    for await (const page of this.#pages.read(span)) {
      elements.push(...page.elements);
      if (++pages >= MOST_PAGES_OF_A_DAY && !page.isLast) return { span, elements: undefined };
    }
    return { span, elements };
  }
}

function covers(day: HistorySpan, { account, region, start, end }: HistorySpan): boolean {
  return day.account === account && day.region === region && day.start <= start && end <= day.end;
}

async function* documentOf(parts: AsyncIterable<readonly HistoryElement[]>): AsyncGenerator<Uint8Array> {
  yield Buffer.from('{"Records":[');
  let comma = '';
  for await (const elements of parts) {
    if (elements.length === 0) continue;
    yield Buffer.from(`${comma}${elements.map(({ json }) => json).join(',')}`);
    comma = ',';
  }
  yield Buffer.from(']}');
}
