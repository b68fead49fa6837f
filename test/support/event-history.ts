import { CloudTrailClient, type Event, type LookupEventsCommandInput } from '@aws-sdk/client-cloudtrail';
import type { LookupEventsAccess } from '../../src/adapters/aws/lookup-events-pages.js';
import { AwsError } from './aws/aws-error.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** In the middle of an hour and of a day; hours are closed until 10:00. */
export const NOON = Date.UTC(2026, 3, 9, 11, 30);

export type LookupCall = {
  readonly account: string;
  readonly at: number;
  readonly input: LookupEventsCommandInput;
};

/**
 * Event histories of accounts, on a clock that waiting alone moves. Unlike the double of AWS it can read the ends of a
 * time range in every way, and show an event as it never is.
 */
export class EventHistories {
  now = NOON;
  pageSize = 50;
  /** Whether the ends of a range belong to it; AWS says both do. */
  ends = { start: true, end: true };
  /** Thrown by the next calls, one each; an undefined one lets its call pass. */
  failures: (Error | undefined)[] = [];
  /** How long a call takes. */
  latency: () => number = () => 0;
  readonly calls: LookupCall[] = [];
  readonly #events = new Map<string, Event[]>();

  readonly access: LookupEventsAccess = {
    clientOf: (account) =>
      Object.assign(Object.create(CloudTrailClient.prototype), {
        send: ({ input }: { readonly input: LookupEventsCommandInput }) => this.#send(account, input),
      }),
    waiting: {
      now: () => this.now,
      pause: async (millis) => {
        this.now += millis;
      },
      random: () => 0.5,
    },
  };

  add(account: string, ...events: readonly Event[]): void {
    this.#events.set(account, [...(this.#events.get(account) ?? []), ...events]);
  }

  async #send(account: string, input: LookupEventsCommandInput): Promise<object> {
    this.calls.push({ account, at: this.now, input });
    this.now += this.latency();
    const failure = this.failures.shift();
    if (failure) throw failure;
    const { NextToken = '', ...asked } = input;
    const [from = '0', sameAs] = NextToken.split(' of ');
    const parameters = JSON.stringify(asked);
    if (sameAs !== undefined && sameAs !== parameters)
      throw new AwsError('InvalidNextTokenException', 'other');
    const found = this.#found(account, input);
    const end = Number(from) + this.pageSize;
    const more = end < found.length && { NextToken: `${end} of ${parameters}` };
    return { Events: found.slice(Number(from), end), ...more };
  }

  #found(account: string, { StartTime, EndTime }: LookupEventsCommandInput): Event[] {
    const [start, end] = [StartTime?.getTime() ?? 0, EndTime?.getTime() ?? 0];
    if (start > end) throw new AwsError('InvalidTimeRangeException', 'the start lies behind the end');
    const events = (this.#events.get(account) ?? []).filter(({ EventTime }) => {
      const time = EventTime?.getTime() ?? start + 1;
      const isAfter = this.ends.start ? time >= start : time > start;
      return isAfter && (this.ends.end ? time <= end : time < end);
    });
    return events.sort((a, b) => (b.EventTime?.getTime() ?? 0) - (a.EventTime?.getTime() ?? 0));
  }
}

/** An event at a moment, as LookupEvents shows it. */
export function historyEvent(id: string, time: number, more: Record<string, unknown> = {}): Event {
  const record = {
    eventVersion: '1.11',
    eventTime: `${new Date(time).toISOString().slice(0, 19)}Z`,
    eventSource: 'athena.amazonaws.com',
    eventName: 'StartQueryExecution',
    awsRegion: 'eu-west-1',
    eventID: id,
    recipientAccountId: '111122223333',
    ...more,
  };
  return { EventId: id, EventTime: new Date(time), CloudTrailEvent: JSON.stringify(record) };
}
