import type { Json } from '../../src/demo/json.js';

/** Where a value stands: names and indices from the outside, `text` where JSON is held by a string. */
export type JsonPath = readonly (string | number)[];
const TEXT = 'text of';

/** Every place of a document below its root, those in texts of JSON included. */
export function placesIn(value: Json, path: JsonPath = []): readonly JsonPath[] {
  const inner = innerOf(value);
  if (inner !== undefined) return placesIn(inner, [...path, TEXT]);
  return childrenOf(value).flatMap(([name, child]) => [[...path, name], ...placesIn(child, [...path, name])]);
}

/** The same document with another value at a place; without the place where the value is undefined. */
export function changedAt(value: Json, [name, ...rest]: JsonPath, to: Json | undefined): Json {
  if (name === TEXT) return JSON.stringify(changedAt(innerOf(value) ?? null, rest, to));
  const changed = childrenOf(value).flatMap(([own, child]): [string | number, Json][] => {
    if (own !== name) return [[own, child]];
    const after = rest.length > 0 ? changedAt(child, rest, to) : to;
    return after === undefined ? [] : [[own, after]];
  });
  return Array.isArray(value) ? changed.map(([, child]) => child) : Object.fromEntries(changed);
}

function childrenOf(value: Json): readonly [string | number, Json][] {
  if (Array.isArray(value)) return value.map((child: Json, index): [number, Json] => [index, child]);
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** The document that a string holds. */
function innerOf(value: Json): Json | undefined {
  if (typeof value !== 'string' || !value.startsWith('{')) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
