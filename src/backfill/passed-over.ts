import type { ForeignReason, LogFileRef } from '../cloudtrail/log-file-ref.js';
import { type Scope, type Untold, verdictOf } from './scope.js';

/** Why something is left out, as a plan counts it. */
export type LeftOutReason = ForeignReason | Untold | 'symbolic-link';

/** What a survey does not hand on: a folder that it did not list, or a single log file. */
export type PassedOver =
  /** None of ours, or nobody can tell whether it is wanted. */
  | { readonly kind: 'left-out'; readonly place: string; readonly reason: LeftOutReason }
  /** The scope leaves it out: says what is there when nothing was found. */
  | { readonly kind: 'out-of-scope'; readonly place: string };

/** What a survey tells of what it passes over. `place`: where that lies. */
export function passedOver(place: string, why: 'skip' | LeftOutReason): PassedOver {
  return why === 'skip' ? { kind: 'out-of-scope', place } : { kind: 'left-out', place, reason: why };
}

type Listed = { readonly what: LogFileRef | 'foreign'; readonly location: string };

/** Of objects that were listed those that a survey hands on, and what it tells of each of the others. */
export function* sifted<T extends Listed>(
  objects: readonly T[],
  scope: Scope,
): Generator<PassedOver | { readonly kind: 'objects'; readonly objects: readonly T[] }> {
  const wanted: T[] = [];
  for (const object of objects) {
    const verdict = object.what === 'foreign' ? 'wanted' : verdictOf(scope, object.what);
    if (verdict === 'wanted') wanted.push(object);
    else yield passedOver(object.location, verdict);
  }
  if (wanted.length > 0) yield { kind: 'objects', objects: wanted };
}
