import type { RawColumn } from '../../src/lake/raw-columns.js';

/** A type of Hive, taken apart. */
type HiveType =
  | { readonly kind: 'struct'; readonly fields: readonly (readonly [string, HiveType])[] }
  | { readonly kind: 'array'; readonly of: HiveType }
  | { readonly kind: 'map'; readonly of: HiveType }
  | { readonly kind: 'plain'; readonly name: string };

/** `struct<a:string,b:array<string>>` and its like. */
function readType(text: string): HiveType {
  const [, kind, inner = ''] = /^(struct|array|map)<(.*)>$/s.exec(text) ?? [];
  if (kind === 'array') return { kind, of: readType(inner) };
  if (kind === 'map') return { kind, of: readType(parts(inner)[1] ?? '') };
  if (kind !== 'struct') return { kind: 'plain', name: text };
  const fields = parts(inner).map((field) => {
    const colon = field.indexOf(':');
    return [field.slice(0, colon), readType(field.slice(colon + 1))] as const;
  });
  return { kind, fields };
}

function parts(text: string): readonly string[] {
  const found = [''];
  let depth = 0;
  for (const letter of text) {
    depth += Number(letter === '<') - Number(letter === '>');
    if (letter === ',' && depth === 0) found.push('');
    else found.push(`${found.pop()}${letter}`);
  }
  return found;
}

/** A type of Hive or Trino as DuckDB calls it. */
export function duckType(text: string): string {
  return duck(readType(text));
}

function duck(type: HiveType): string {
  switch (type.kind) {
    case 'struct':
      return `STRUCT(${type.fields.map(([name, of]) => `"${name}" ${duck(of)}`).join(', ')})`;
    case 'array':
      return `${duck(type.of)}[]`;
    case 'map':
      return `MAP(VARCHAR, ${duck(type.of)})`;
    case 'plain':
      return type.name === 'integer' || type.name === 'int' ? 'INTEGER' : 'VARCHAR';
  }
}

/** A record as JsonSerDe reads it: names in any case, and whatever is no text as JSON where a text is wanted. */
export function hiveRow(
  record: unknown,
  columns: readonly RawColumn[],
): { readonly [column: string]: unknown } {
  const fields = columns.map(({ name, type }) => [name, readType(type)] as const);
  const read = hiveValue(record, { kind: 'struct', fields });
  return typeof read === 'object' && read !== null ? { ...read } : {};
}

function hiveValue(value: unknown, type: HiveType): unknown {
  if (value === null || value === undefined) return null;
  if (type.kind === 'plain') return typeof value === 'string' ? value : JSON.stringify(value);
  if (type.kind === 'array') return Array.isArray(value) ? value.map((it) => hiveValue(it, type.of)) : null;
  if (typeof value !== 'object') return null;
  const entries = Object.entries(value);
  if (type.kind === 'map')
    return Object.fromEntries(entries.map(([name, it]) => [name, hiveValue(it, type.of)]));
  const byName = new Map(entries.map(([name, it]) => [name.toLowerCase(), it]));
  return Object.fromEntries(type.fields.map(([name, of]) => [name, hiveValue(byName.get(name), of)]));
}
