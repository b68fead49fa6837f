import type { Grant } from '../trace/grant.js';
import type { Subject } from '../trace/subject.js';

/** A key, and when it may have been used: milliseconds, `to` not included. */
export type KeyUse = {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  /** The account in which it acts, where it is known. */
  readonly account: string | null;
};

/** What is looked for. */
export type Search =
  /**
   * Events by the subject (for a role: by its sessions) in the period; and the grants of it: who was given its role, or its
   * session, by ARN or by that name.
   */
  | { readonly kind: 'subject'; readonly subject: Subject; readonly from: number; readonly to: number }
  /** Events under these keys, each in its own time. */
  | { readonly kind: 'keys'; readonly keys: readonly KeyUse[] }
  /** The grants that gave out these keys: the way back. */
  | {
      readonly kind: 'origins';
      readonly keys: readonly string[];
      readonly from: number;
      readonly to: number;
    };

/** An event of a timeline. */
export type TracedEvent = {
  /** Milliseconds since 1970, UTC. */
  readonly at: number;
  readonly eventId: string | null;
  readonly account: string | null;
  readonly region: string | null;
  /** Service and call, such as `s3.amazonaws.com`, `DeleteBucket`. */
  readonly source: string | null;
  readonly name: string | null;
  readonly error: string | null;
  readonly ip: string | null;
  readonly agent: string | null;
  readonly userName: string | null;
  readonly userArn: string | null;
  readonly key: string | null;
  /** requestParameters as JSON. */
  readonly request: string | null;
};

/**
 * Where events are looked for: a lake that keeps those of all services, or the raw table in Athena. It remembers what
 * it was asked to find; memory holds the grants, never the events.
 */
export interface ActivityLog {
  /** Notes what is looked for, and tells the credentials that were given out in it, each once, oldest first. */
  search(search: Search): Promise<readonly Grant[]>;
  /** All events of all searches so far, each once, oldest first. Read once, at the end. */
  timeline(): AsyncIterable<readonly TracedEvent[]>;
  /** Stops what runs, and removes whatever was made for the searches. May be called twice. */
  close(): Promise<void>;
}
