import type { Random } from '../../bench/random.ts';

/** Few, so that names of queries hide tables often; many of them words of the language. */
const UNQUOTED = [
  ...[
    'patients',
    'visits',
    'a',
    'b',
    '_x',
    't1',
    'date',
    'position',
    'limit',
    'window',
    'lateral',
    'function',
  ],
  ...[
    'offset',
    'row',
    'map',
    'array',
    'set',
    'session',
    'show',
    'partition',
    'timestamp',
    'version',
    'first',
  ],
  ...[
    'query',
    'system',
    'sequence',
    'materialized',
    'merge',
    'data',
    'no',
    'matched',
    'tablesample',
    'update',
  ],
];
const QUOTED = [
  ...['select', 'from', 'table', 'with', 'join', 'values', 'where', 'union', 'as', 'on', 'unnest', 'when'],
  ...[
    '患者',
    'größe',
    '😀',
    'say "hi"',
    "it's",
    'a b',
    'a,b',
    'a.b',
    '2024_sales',
    '--',
    '/*',
    'a)',
    '(b',
    'x;y',
    '`',
  ],
];
const DATABASES = ['clinic', 'b', 'offset', 'from', 'größe', 'lab', '2026'];
const CATALOGS = ['awsdatacatalog', 'ddb', 's3tablescatalog/vault', 'a'];

/** An identifier as it may be written, with its name in lower case. */
export type MadeName = { readonly name: string; readonly written: string };

export class NameMaker {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A table, a query, an alias, a column. */
  any(): MadeName {
    return this.#written(this.#random.pick(this.#random.below(3) === 0 ? QUOTED : UNQUOTED));
  }

  database(): MadeName {
    return this.#written(this.#random.pick(DATABASES));
  }

  catalog(): MadeName {
    return this.#written(this.#random.pick(CATALOGS));
  }

  /** The same name as it may be written elsewhere. */
  again({ name }: MadeName): MadeName {
    return this.#written(name);
  }

  #written(name: string): MadeName {
    const cased = this.#cased(name);
    const isPlain = /^[a-z_][a-z0-9_]*$/.test(name) && !QUOTED.includes(name);
    const isQuoted = !isPlain || this.#random.below(4) === 0;
    return { name, written: isQuoted ? `"${cased.replaceAll('"', '""')}"` : cased };
  }

  #cased(name: string): string {
    const how = this.#random.below(4);
    if (how === 0) return name.toUpperCase() === name || name.includes('ß') ? name : name.toUpperCase();
    return how === 1 ? name.charAt(0).toUpperCase() + name.slice(1) : name;
  }
}
