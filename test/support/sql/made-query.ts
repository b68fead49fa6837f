import type { Random } from '../../bench/random.ts';
import { type MadeName, NameMaker } from './made-names.ts';

/** The names of queries that hold somewhere. */
export type Scope = ReadonlySet<string>;

const STRINGS = [
  "'x'",
  "'it''s FROM a, b'",
  "'-- no'",
  "'/* no'",
  "'\\'",
  "'(('",
  "''",
  "'\"'",
  "'SELECT 1;'",
  "'患者'",
];
const CONSTANTS = ['1', '2.5', '1e3', '.5', '0xFF', 'NULL', 'TRUE', '?', 'current_date', "DATE '2026-01-09'"];
const JOINS = [['JOIN'], ['INNER', 'JOIN'], ['LEFT', 'JOIN'], ['RIGHT', 'OUTER', 'JOIN'], ['FULL', 'JOIN']];

/** Calls without their last argument. */
const CALLS = [
  'transform ( xs , ( p , q ) ->',
  "listagg ( x , ',' ) WITHIN GROUP ( ORDER BY",
  'sum ( x ) FILTER ( WHERE y ) OVER ( PARTITION BY a , b ORDER BY',
  'clinic . f ( x ,',
];

/**
 * Makes queries of Trino whose tables are known by construction. Written from the grammar and from how Trino looks up
 * names, knowing nothing of how the scanner works: it only ever goes forward, and notes a table where it writes one.
 */
export class QueryMaker {
  readonly random: Random;
  readonly names: NameMaker;
  readonly tokens: string[] = [];
  /** In the notation of the labelled statements. */
  readonly touched = new Set<string>();
  /** Names that WITH gives somewhere. */
  readonly named = new Set<string>();
  /** `m` where the statement around does not run its query. */
  reads: 'r' | 'm' = 'r';
  /** How much may still be made. */
  #left: number;

  constructor(random: Random, size: number) {
    this.random = random;
    this.names = new NameMaker(random);
    this.#left = size;
  }

  put(...tokens: readonly string[]): void {
    this.tokens.push(...tokens);
  }

  /** Tokens as they stand, with a space between each. */
  say(text: string): void {
    this.put(...text.split(' '));
  }

  chance(oneIn: number): boolean {
    return this.random.below(oneIn) === 0;
  }

  /** Elements with commas between them. */
  list(most: number, element: () => void): void {
    const count = 1 + this.random.below(most);
    for (let index = 0; index < count; index++) {
      if (index > 0) this.put(',');
      element();
    }
  }

  brackets(inner: () => void): void {
    this.put('(');
    inner();
    this.put(')');
  }

  /** A table that stands in the text, whatever names of queries hold. */
  table(access: string): void {
    const [table, database, catalog] = [this.names.any(), this.names.database(), this.names.catalog()];
    const parts = [[table], [database, table], [catalog, database, table]][this.random.below(3)] ?? [table];
    this.#dotted(parts);
    this.note(access, parts);
  }

  /** A table as Hive's statements write it: between backquotes, also both parts between one pair. */
  hiveTable(access: string): void {
    const [table, database] = [this.names.any(), this.names.database()];
    const quoted = (name: string) => `\`${name.replaceAll('`', '``')}\``;
    const isDotted = table.name.includes('.');
    if (this.chance(3)) {
      this.put(isDotted ? 'lab' : quoted(table.name), ...(isDotted ? ['.', quoted(table.name)] : []));
      this.note(access, [table]);
    } else {
      if (isDotted || this.chance(2)) this.put(quoted(database.name), '.', quoted(table.name));
      else this.put(quoted(`${database.name}.${table.name}`));
      this.note(access, [database, table]);
    }
  }

  note(access: string, parts: readonly MadeName[]): void {
    const [table = '', database = 'lab', catalog = 'awsdatacatalog'] = parts
      .map(({ name }) => name)
      .toReversed();
    this.touched.add(`${access}:${catalog === 'awsdatacatalog' ? '' : `${catalog}/`}${database}.${table}`);
  }

  #dotted(parts: readonly MadeName[]): void {
    parts.forEach(({ written }, index) => {
      if (index > 0) this.put('.');
      this.put(written);
    });
  }

  /** A name in a query: of one that WITH has named, or of a table. */
  #named(scope: Scope): void {
    if (this.chance(2)) {
      this.#qualified();
      return;
    }
    const known = [...scope];
    const name =
      known.length > 0 && this.chance(2)
        ? this.names.again({ name: this.random.pick(known), written: '' })
        : this.names.any();
    this.put(name.written);
    if (!scope.has(name.name)) this.note(this.reads, [name]);
  }

  /** A qualified name is always a table's. */
  #qualified(): void {
    const parts = [this.names.database(), this.names.any()];
    if (this.chance(3)) parts.unshift(this.names.catalog());
    this.#dotted(parts);
    this.note(this.reads, parts);
  }

  query(scope: Scope): void {
    const inner = this.#left-- > 0 && this.chance(3) ? this.#with(scope) : scope;
    this.#body(inner);
    if (this.chance(5)) {
      this.put('ORDER', 'BY');
      this.list(2, () => this.expression(inner));
    }
    if (this.chance(6)) this.put('OFFSET', '1', 'ROWS');
    if (this.chance(6))
      this.put(
        ...this.random.pick([
          ['LIMIT', '5'],
          ['FETCH', 'FIRST', '2', 'ROWS', 'WITH', 'TIES'],
          ['LIMIT', 'ALL'],
        ]),
      );
  }

  #with(scope: Scope): Scope {
    const isRecursive = this.chance(5);
    const inner = new Set(scope);
    const own = new Set<string>();
    this.put('WITH', ...(isRecursive ? ['RECURSIVE'] : []));
    this.list(3, () => {
      let name = this.names.any();
      while (own.has(name.name)) name = this.names.any();
      own.add(name.name);
      this.named.add(name.name);
      this.put(name.written);
      if (isRecursive || this.chance(4)) this.brackets(() => this.list(2, () => this.#column()));
      this.put('AS');
      if (isRecursive) this.#recursive(name);
      else this.brackets(() => this.query(inner));
      inner.add(name.name);
    });
    return inner;
  }

  #recursive(name: MadeName): void {
    this.brackets(() => {
      this.put('SELECT', '1', 'FROM');
      this.#qualified();
      this.put('UNION', 'ALL', 'SELECT', '2', 'FROM', this.names.again(name).written, ',');
      this.#qualified();
    });
  }

  #body(scope: Scope): void {
    this.#term(scope);
    while (this.#left > 0 && this.chance(5)) {
      this.put(this.random.pick(['UNION', 'INTERSECT', 'EXCEPT']));
      if (this.chance(2)) this.put(this.random.pick(['ALL', 'DISTINCT']));
      this.#term(scope);
    }
  }

  #term(scope: Scope): void {
    const kind = this.#left-- > 0 ? this.random.below(12) : 11;
    if (kind === 0) {
      this.put('TABLE');
      this.#named(scope);
    } else if (kind === 1) {
      this.put('VALUES');
      this.list(3, () => this.brackets(() => this.list(2, () => this.expression(scope))));
    } else if (kind === 2) this.brackets(() => this.#body(scope));
    else this.#select(scope);
  }

  #select(scope: Scope): void {
    this.put('SELECT', ...(this.chance(5) ? ['DISTINCT'] : []));
    this.list(3, () => this.#item(scope));
    if (this.chance(12)) return;
    this.put('FROM');
    this.list(2, () => this.#relation(scope));
    if (this.chance(2)) {
      this.put('WHERE');
      this.expression(scope);
    }
    if (this.chance(5)) {
      this.put('GROUP', 'BY');
      this.list(2, () => this.expression(scope));
    }
    if (this.chance(8)) {
      this.put('HAVING');
      this.expression(scope);
    }
    if (this.chance(8)) {
      this.put('WINDOW');
      this.list(2, () =>
        this.put(this.names.any().written, 'AS', '(', 'PARTITION', 'BY', 'x', ',', 'y', ')'),
      );
    }
  }

  #item(scope: Scope): void {
    if (this.chance(6)) this.put('*');
    else if (this.chance(5)) this.put(this.names.any().written, '.', '*');
    else {
      this.expression(scope);
      if (this.chance(3)) this.put('AS', this.names.any().written);
    }
  }

  #relation(scope: Scope): void {
    this.#primary(scope);
    while (this.#left > 0 && this.chance(3)) {
      const kind = this.random.below(5);
      if (kind === 0) this.put('CROSS', 'JOIN');
      else if (kind === 1) this.put('NATURAL', 'JOIN');
      else this.put(...this.random.pick(JOINS));
      this.#primary(scope);
      if (kind === 2) this.put('USING', '(', 'x', ',', 'y', ')');
      else if (kind > 2) {
        this.put('ON');
        this.expression(scope);
      }
    }
  }

  #primary(scope: Scope): void {
    this.#left--;
    const kind = this.#left > 0 ? this.random.below(14) : 13;
    if (kind > 5) {
      this.#tableRelation(scope);
      return;
    }
    if (kind === 0) this.brackets(() => this.query(scope));
    else if (kind === 1) this.#lateral(scope);
    else if (kind === 2) this.#unnest(scope);
    else if (kind === 3) this.brackets(() => this.#relation(scope));
    else if (kind === 4) this.#function(scope);
    else this.#jsonTable(scope);
    if (this.chance(2)) this.#alias();
  }

  #alias(): void {
    // Behind a table these would begin something else.
    let alias = this.names.any();
    while (/^(limit|offset|window|tablesample|lateral|set|function|session|values)$/i.test(alias.written))
      alias = this.names.any();
    this.put(...(this.chance(2) ? ['AS'] : []), alias.written);
    if (this.chance(5)) this.brackets(() => this.list(2, () => this.#column()));
  }

  #lateral(scope: Scope): void {
    this.put('LATERAL');
    this.brackets(() => this.query(scope));
  }

  #unnest(scope: Scope): void {
    this.put('UNNEST');
    this.brackets(() => this.list(2, () => this.expression(scope)));
    if (this.chance(2)) this.put('WITH', 'ORDINALITY');
  }

  #function(scope: Scope): void {
    const kind = this.random.below(3);
    if (kind === 0) this.say('TABLE ( sequence ( start => 1 , stop => 3 ) )');
    else if (kind === 1) {
      this.say("TABLE ( pg . system . query ( query => 'FROM,secret' ) )");
      this.touched.add('opaque');
    } else this.#excludeColumns(scope);
  }

  #excludeColumns(scope: Scope): void {
    this.say(`TABLE ( exclude_columns ( ${this.chance(2) ? 'input => ' : ''}TABLE`);
    this.brackets(() => (this.chance(2) ? this.#named(scope) : this.query(scope)));
    this.say(', DESCRIPTOR ( x , y ) ) )');
  }

  #jsonTable(scope: Scope): void {
    this.say('JSON_TABLE (');
    this.expression(scope);
    this.say(", 'lax' COLUMNS ( n FOR ORDINALITY , v varchar PATH 'lax' ) )");
  }

  /** A table as it stands in FROM: when, under which name, which part of it, which rows. */
  #tableRelation(scope: Scope): void {
    this.#named(scope);
    if (this.chance(8)) {
      this.say(
        this.random.pick([
          "FOR TIMESTAMP AS OF current_timestamp - interval '1' day",
          'FOR VERSION AS OF 42',
        ]),
      );
    }
    if (this.chance(2)) this.#alias();
    if (this.chance(12)) this.#matchRecognize(scope);
    if (this.chance(12)) this.say('TABLESAMPLE BERNOULLI ( 10 )');
  }

  #matchRecognize(scope: Scope): void {
    this.say('MATCH_RECOGNIZE ( PARTITION BY x , y ORDER BY z MEASURES A . x AS f ALL ROWS PER MATCH');
    this.say(
      'AFTER MATCH SKIP PAST LAST ROW PATTERN ( A B { 2 , 3 } | C *? ) SUBSET U = ( A , B ) DEFINE B AS',
    );
    this.expression(scope);
    this.say(') m');
  }

  #column(): void {
    this.put(this.names.any().written);
  }

  /** What may be true: a predicate or a value, and more of them. */
  expression(scope: Scope): void {
    const isPlain = this.#left <= 0 || this.chance(2);
    if (isPlain) this.#value(scope);
    else this.#predicate(scope);
    if (this.#left > 0 && this.chance(5)) {
      this.put(this.random.pick(['AND', 'OR']));
      this.expression(scope);
    }
  }

  #predicate(scope: Scope): void {
    this.#left--;
    const kind = this.random.below(6);
    if (kind === 0) {
      this.put(...(this.chance(2) ? ['NOT'] : []), 'EXISTS');
      this.brackets(() => this.query(scope));
      return;
    }
    this.#value(scope);
    if (kind === 1) {
      this.say(this.random.pick(['> ALL', '= ANY', '<> SOME', 'IN', 'NOT IN']));
      this.brackets(() => this.query(scope));
    } else if (kind === 2) {
      this.say(this.random.pick(['IN', 'NOT IN']));
      this.brackets(() => this.list(3, () => this.expression(scope)));
    } else {
      this.say(
        this.random.pick([
          '=',
          '<>',
          '<',
          '>=',
          'LIKE',
          'IS DISTINCT FROM',
          'IS NOT DISTINCT FROM',
          'BETWEEN 1 AND',
        ]),
      );
      this.#value(scope);
    }
  }

  #value(scope: Scope): void {
    this.#operand(scope);
    if (this.#left > 0 && this.chance(6)) {
      this.put(this.random.pick(['+', '-', '*', '/', '%', '||']));
      this.#operand(scope);
    }
  }

  #operand(scope: Scope): void {
    const kind = this.#left > 0 ? this.random.below(20) : 19;
    if (kind < 9) this.#compound(kind, scope);
    else if (kind < 12) this.put(this.random.pick(STRINGS));
    else if (kind < 15) this.put(this.random.pick(CONSTANTS));
    else if (kind < 17) this.put(this.names.any().written, '.', this.names.any().written);
    else this.#column();
  }

  #compound(kind: number, scope: Scope): void {
    this.#left--;
    const inner = () => this.expression(scope);
    switch (kind) {
      case 0:
      case 1:
        this.brackets(() => this.query(scope));
        break;
      case 2:
        this.brackets(inner);
        break;
      case 3:
        this.say('ARRAY [');
        this.list(3, inner);
        this.put(']');
        break;
      case 4:
        this.say('CASE WHEN');
        inner();
        this.put('THEN');
        inner();
        this.put('END');
        break;
      case 5:
        this.say('CAST (');
        inner();
        this.say('AS row ( a bigint , b array ( varchar ) ) )');
        break;
      case 6:
        this.say('x [ 1 ]');
        break;
      case 7:
        this.say(this.random.pick(['extract ( year FROM', "trim ( BOTH '_' FROM"]));
        this.#value(scope);
        this.put(')');
        break;
      default:
        this.say(this.random.pick(CALLS));
        inner();
        this.put(')');
    }
  }
}
