import type { Event, LookupAttribute, LookupEventsCommandInput } from '@aws-sdk/client-cloudtrail';
import { AwsError } from './aws-error.ts';
import { type EventRecord, type Recorded, recorded } from './cloudtrail-event.ts';
import { operation } from './operations.ts';

const KEPT_MS = 90 * 86_400_000;
const MOST_RESULTS = 50;
const MOST_A_SECOND = 2;
const SECOND = 1000;

/** What the attributes that the double obeys are compared with. */
const ATTRIBUTES: { readonly [key: string]: (event: Event) => string | undefined } = {
  EventSource: ({ EventSource }) => EventSource,
  EventName: ({ EventName }) => EventName,
  ReadOnly: ({ ReadOnly }) => ReadOnly,
};

/** CloudTrail's event history of one account and Region: 90 days, whether there is a trail or not. */
export class CloudTrailDouble {
  /** True: nobody may do anything here. */
  denied = false;
  /** Most events of one page, whatever is asked for. */
  pageSize = MOST_RESULTS;
  /** True: more than two calls within a second are throttled. */
  strictRate = false;
  readonly #now: () => number;
  readonly #events: Recorded[] = [];
  #served: readonly number[] = [];

  constructor({ now }: { readonly now: () => number }) {
    this.#now = now;
  }

  readonly operations = {
    LookupEvents: operation<LookupEventsCommandInput>(
      ['LookupAttributes', 'StartTime', 'EndTime', 'MaxResults', 'NextToken'],
      (input) => this.#lookup(input),
    ),
  };

  /** An event as a log file holds it. `shows` replaces members of what LookupEvents shows of it. */
  record(event: EventRecord, shows: Partial<Event> = {}): void {
    this.#events.push({ order: this.#events.length, event: { ...recorded(event), ...shows } });
    this.#events.sort(newestFirst);
  }

  #lookup({ NextToken: token, ...question }: LookupEventsCommandInput) {
    this.#admit();
    const { MaxResults: most = MOST_RESULTS } = question;
    if (most < 1 || most > MOST_RESULTS)
      throw wrong('InvalidMaxResultsException', 'MaxResults is from 1 to 50');
    const after = token === undefined ? undefined : placeOf(token, question);
    const rest = this.#found(question).filter(
      (event) => after === undefined || newestFirst(after, event) < 0,
    );
    const page = rest.slice(0, Math.min(most, this.pageSize));
    const last = page.at(-1);
    return {
      Events: page.map(({ event }) => structuredClone(event)),
      ...(last !== undefined && rest.length > page.length && { NextToken: tokenOf(last, question) }),
    };
  }

  /** @throws AwsError ThrottlingException */
  #admit(): void {
    const now = this.#now();
    this.#served = this.#served.filter((at) => now - at < SECOND);
    if (this.strictRate && this.#served.length >= MOST_A_SECOND)
      throw wrong('ThrottlingException', 'Rate exceeded');
    this.#served = [...this.#served, now];
  }

  /** All that fits, newest first. Both bounds belong to the range. */
  #found({ StartTime, EndTime, LookupAttributes = [] }: LookupEventsCommandInput): readonly Recorded[] {
    const start = StartTime?.getTime() ?? Number.NEGATIVE_INFINITY;
    const end = EndTime?.getTime() ?? Number.POSITIVE_INFINITY;
    if (start > end) throw wrong('InvalidTimeRangeException', 'The start time is after the end time');
    const fits = filterOf(LookupAttributes);
    const oldest = this.#now() - KEPT_MS;
    return this.#events.filter((it) => {
      const at = timeOf(it);
      return at >= oldest && at >= start && at <= end && fits(it.event);
    });
  }
}

/** @throws AwsError InvalidLookupAttributesException */
function filterOf(attributes: readonly LookupAttribute[]): (event: Event) => boolean {
  const [first, second] = attributes;
  if (first === undefined) return () => true;
  const { AttributeKey: key = '', AttributeValue: value = '' } = first;
  if (second !== undefined || value === '')
    throw wrong('InvalidLookupAttributesException', 'One attribute with a value, please');
  const read = ATTRIBUTES[key];
  if (read === undefined) throw new Error(`The AWS double does not know the lookup attribute ${key}`);
  return (event) => read(event) === value;
}

const timeOf = ({ event }: Pick<Recorded, 'event'>) => event.EventTime?.getTime() ?? 0;

const newestFirst = (a: Recorded, b: Recorded) => timeOf(b) - timeOf(a) || b.order - a.order;

/** Where a page ended, and for which question: events that come in meanwhile shift nothing. */
function tokenOf({ order, event }: Recorded, question: object): string {
  const text = JSON.stringify({ order, time: event.EventTime?.getTime(), question: questionText(question) });
  return Buffer.from(text).toString('base64url');
}

/** @throws AwsError InvalidNextTokenException, also where the question is another one */
function placeOf(token: string, question: object): Recorded {
  const said = parsed(Buffer.from(token, 'base64url').toString());
  if (said === undefined || said.question !== questionText(question))
    throw wrong('InvalidNextTokenException', 'The token is invalid, or was made for other parameters');
  return { order: said.order, event: { EventTime: new Date(said.time) } };
}

function parsed(text: string): { order: number; time: number; question: string } | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Without regard to the order of members, and of those that are undefined. */
const questionText = (question: object) =>
  JSON.stringify(
    Object.entries(question)
      .filter(([, value]) => value !== undefined)
      .sort(),
  );

function wrong(name: string, message: string): AwsError {
  return new AwsError(name, message);
}
