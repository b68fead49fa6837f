/** A JSON object as `JSON.parse` makes it: `__proto__` is an own field like any other, and never followed. */
export type JsonObject = { readonly [field: string]: unknown };

/**
 * A record of a log file: loose by design, because eventVersion 1.00 to 1.11 and every service differ. `bytes`
 * are the record's own, `json` is what they say, `index` its place in Records.
 */
export type LogRecord = { readonly bytes: Uint8Array; readonly json: JsonObject; readonly index: number };

/** The value as an object, or undefined. */
export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

/** An object below another; undefined wherever the path breaks off. */
export function within(value: unknown, ...path: readonly string[]): JsonObject | undefined {
  let object = objectOf(value);
  for (const field of path) object = own(object, field, objectOf);
  return object;
}

/**
 * A field as text: strings as they are, booleans and numbers as written. A number beyond 2^53 is no text, since
 * `JSON.parse` has rounded it: the raw event keeps it.
 */
export function textOf(object: JsonObject | undefined, field: string): string | null {
  const value = own(object, field, (it) => it);
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (!Number.isInteger(value) || Number.isSafeInteger(value))
  )
    return String(value);
  return null;
}

/** A field as a flag: JSON booleans, and the strings that CloudTrail writes in some places. */
export function flagOf(object: JsonObject | undefined, field: string): boolean | null {
  const text = textOf(object, field)?.toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : null;
}

function own<T>(object: JsonObject | undefined, field: string, as: (value: unknown) => T): T | undefined {
  return object !== undefined && Object.hasOwn(object, field) ? as(object[field]) : undefined;
}
