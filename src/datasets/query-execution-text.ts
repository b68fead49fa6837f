import { NOTHING_TOLD, type QueryExecution } from './query-execution.js';

/** A text for the lake's memory: JSON of what was told; whole numbers beyond 2^53 stay whole, as `{"n": "..."}`. */
export function executionToText(execution: QueryExecution): string {
  const told = Object.entries(execution).filter(([, value]) => value !== null);
  return JSON.stringify(Object.fromEntries(told), (_, value: unknown) =>
    typeof value === 'bigint' ? { n: String(value) } : value,
  );
}

/** The inverse. What only this product writes is not checked again. */
export function executionOfText(text: string): QueryExecution {
  const told: Partial<QueryExecution> = JSON.parse(text, (_, value: unknown) =>
    isWhole(value) ? BigInt(value.n) : value,
  );
  return { ...NOTHING_TOLD, ...told };
}

function isWhole(value: unknown): value is { readonly n: string } {
  return typeof value === 'object' && value !== null && 'n' in value && typeof value.n === 'string';
}
