import { type JsonObject, objectOf, textOf, within } from './record.js';

/** A query that changed its state. `at`: milliseconds since 1970. */
export type QueryStateChange = {
  readonly account: string;
  readonly region: string;
  readonly id: string;
  readonly at: number;
  /** SUCCEEDED, FAILED or CANCELLED: it will not change any more. */
  readonly isFinal: boolean;
};

const FINAL: ReadonlySet<string> = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED']);

/**
 * The EventBridge event "Athena Query State Change" (Athena user guide, "Monitor Athena query events with
 * EventBridge"); undefined for any other event. Total: never throws.
 */
export function decodeStateChange(event: unknown): QueryStateChange | undefined {
  const envelope: JsonObject | undefined = objectOf(event);
  if (textOf(envelope, 'detail-type') !== 'Athena Query State Change') return undefined;
  const detail = within(envelope, 'detail');
  const account = textOf(envelope, 'account');
  const region = textOf(envelope, 'region');
  const id = textOf(detail, 'queryExecutionId');
  const at = Date.parse(textOf(envelope, 'time') ?? '');
  if (account === null || region === null || id === null || Number.isNaN(at)) return undefined;
  return { account, region, id, at, isFinal: FINAL.has(textOf(detail, 'currentState') ?? '') };
}
