import type { Found } from './found.js';
import {
  BEFORE_QUERY,
  BEHIND_RELATION,
  EXPRESSION,
  Frame,
  isUnfinished,
  RELATION,
  START,
  WITH_HEAD,
  WITH_NAME,
  WITH_NEXT,
  WITH_QUERY,
} from './frame.js';
import { NamedQueries } from './named-queries.js';
import { beginsName, nameAt, wordAt } from './names.js';
import {
  AS,
  CLOSE,
  CLOSE_LIST,
  COMMA,
  DISTINCT,
  FROM,
  JOIN,
  JSON_TABLE,
  LATERAL,
  OPEN,
  OPEN_LIST,
  RECURSIVE,
  SELECT,
  SEMICOLON,
  SIGN,
  TABLE,
  UNION,
  UNNEST,
  VALUES,
  WHEN,
  WHERE,
  WINDOW,
  WITH,
} from './token-kinds.js';
import type { Tokens } from './tokens.js';

/** Functions that stand in the place of a table and read nothing but their arguments. */
const KNOWN_FUNCTIONS = new Set(['sequence', 'exclude_columns']);

/**
 * Finds the tables of queries in one pass over the tokens. No depth of
 * brackets is too deep for it.
 */
export class QueryReader {
  readonly #tokens: Tokens;
  readonly #found: Found;
  readonly #isMerge: boolean;
  readonly #names = new NamedQueries();
  readonly #frame = new Frame();
  /** Whether there was a query at all. */
  hasQuery = false;

  constructor(tokens: Tokens, found: Found, isMerge = false) {
    this.#tokens = tokens;
    this.#found = found;
    this.#isMerge = isMerge;
  }

  /** Reads from a token to the end of the statement, and returns where that is. */
  read(from: number, state: number): number {
    const { kinds } = this.#tokens;
    this.#frame.state = state;
    let at = from;
    for (let kind = kinds[at]; kind !== undefined && kind !== SEMICOLON; kind = kinds[at]) {
      at = this.#step(kind, at);
    }
    if (!this.#frame.isOutermost || isUnfinished(this.#frame.state)) this.#found.complete = false;
    return at;
  }

  #step(kind: number, at: number): number {
    const frame = this.#frame;
    if (kind >= SELECT) return this.#keyword(kind, at);
    if (kind === OPEN || kind === OPEN_LIST) return this.#open(kind, at);
    if (kind === CLOSE || kind === CLOSE_LIST) return this.#close(kind, at);
    switch (frame.state) {
      case EXPRESSION:
      case BEFORE_QUERY:
        return at + 1;
      case BEHIND_RELATION:
        return this.#behindRelation(kind, at);
      case RELATION:
        return this.#relation(kind, at);
      case START:
        frame.state = EXPRESSION;
        return at + 1;
      default:
        return this.#inWith(kind, at);
    }
  }

  #behindRelation(kind: number, at: number): number {
    const { kinds } = this.#tokens;
    if (kind === COMMA) this.#frame.state = RELATION;
    else if (kind === WINDOW && beginsName(kinds[at + 1]) && kinds[at + 2] === AS)
      this.#frame.state = EXPRESSION;
    return at + 1;
  }

  #relation(kind: number, at: number): number {
    const { kinds } = this.#tokens;
    this.#frame.state = BEHIND_RELATION;
    const isCall = kinds[at + 1] === OPEN && (kind === LATERAL || kind === UNNEST || kind === JSON_TABLE);
    if (isCall) return at + 1;
    const next = this.#table(at);
    if (next === undefined) {
      this.#found.complete = false;
      if (kind === COMMA) this.#frame.state = RELATION;
      return at + 1;
    }
    // A name is followed by a word, a comma, a bracket or nothing: `my-table`, `t$x` and `f(x)` are none.
    const behind = kinds[next];
    if (behind === SIGN || behind === OPEN) this.#found.complete = false;
    return next;
  }

  /** Notes the table that is named here, unless the name is that of a query. Undefined where no name is. */
  #table(at: number): number | undefined {
    const name = nameAt(this.#tokens, at);
    if (name === undefined) return undefined;
    const [first = ''] = name.parts;
    if (name.parts.length > 1 || !this.#names.has(first)) this.#found.table(name.parts, 'read');
    return name.next;
  }

  #keyword(kind: number, at: number): number {
    const frame = this.#frame;
    if (frame.state === RELATION && !mayBeginRelation(kind)) {
      this.#found.complete = false;
      frame.state = BEHIND_RELATION;
    }
    switch (kind) {
      case SELECT:
        return this.#select(at);
      case FROM:
        return this.#from(at);
      case JOIN:
        frame.state = RELATION;
        return at + 1;
      case WITH:
        return this.#with(at);
      case AS:
        if (frame.state === WITH_HEAD) frame.state = WITH_QUERY;
        return at + 1;
      case TABLE:
        return this.#tableWord(at);
      case VALUES:
        return this.#values(at);
      case UNION:
      case WHERE:
        // `WITHIN GROUP (...)` belongs to a function.
        if (frame.state === BEHIND_RELATION && wordAt(this.#tokens, at - 1) !== 'WITHIN')
          frame.state = EXPRESSION;
        return at + 1;
      case WHEN:
        if (this.#isMerge && frame.isOutermost) frame.state = EXPRESSION;
        return at + 1;
      default:
        return at + 1;
    }
  }

  #select(at: number): number {
    const frame = this.#frame;
    if (frame.state >= WITH_NAME && frame.state < WITH_NEXT) this.#found.complete = false;
    frame.state = EXPRESSION;
    frame.isQuery = true;
    frame.awaitsFrom = true;
    this.hasQuery = true;
    return at + 1;
  }

  /** FROM of a query; not that of `IS DISTINCT FROM`, `extract(day FROM x)` and the like. */
  #from(at: number): number {
    const frame = this.#frame;
    const isOfQuery = frame.isQuery || frame.isOutermost;
    if (!isOfQuery || this.#tokens.kinds[at - 1] === DISTINCT) return at + 1;
    if (!frame.awaitsFrom) this.#found.complete = false;
    frame.awaitsFrom = false;
    frame.state = RELATION;
    return at + 1;
  }

  #values(at: number): number {
    const frame = this.#frame;
    if (frame.state !== EXPRESSION && frame.state !== BEHIND_RELATION) {
      frame.state = EXPRESSION;
      this.hasQuery = true;
    }
    return at + 1;
  }

  /** `TABLE name`, `TABLE(function(...))` in the place of a table, `TABLE(name or query)` as an argument. */
  #tableWord(at: number): number {
    const frame = this.#frame;
    if (this.#tokens.kinds[at + 1] === OPEN) {
      if (frame.state === RELATION) return this.#tableFunction(at);
      this.#open(OPEN, at + 1);
      this.#frame.state = RELATION;
      return at + 2;
    }
    frame.state = EXPRESSION;
    this.hasQuery = true;
    const next = this.#table(at + 1);
    if (next === undefined) this.#found.complete = false;
    return next ?? at + 1;
  }

  /** What a function reads is not in the text, but for those that are known. */
  #tableFunction(at: number): number {
    this.#frame.state = BEHIND_RELATION;
    const name = nameAt(this.#tokens, at + 2);
    if (name === undefined) this.#found.complete = false;
    else if (!KNOWN_FUNCTIONS.has(name.parts.at(-1) ?? '')) this.#found.opaque = true;
    return at + 1;
  }

  #with(at: number): number {
    const frame = this.#frame;
    const { state } = frame;
    if (state !== START && state !== RELATION && state !== BEFORE_QUERY) return at + 1;
    const next = this.#tokens.kinds[at + 1];
    if (next === OPEN || wordAt(this.#tokens, at + 1) === 'SERDEPROPERTIES') return at + 1;
    frame.isRecursive = next === RECURSIVE;
    frame.state = WITH_NAME;
    return frame.isRecursive ? at + 2 : at + 1;
  }

  #inWith(kind: number, at: number): number {
    const frame = this.#frame;
    if (frame.state === WITH_NAME) return this.#withName(at);
    if (frame.state === WITH_NEXT && kind === COMMA) frame.state = WITH_NAME;
    else if (frame.state === WITH_NEXT) {
      this.#found.complete = false;
      frame.state = EXPRESSION;
    }
    return at + 1;
  }

  #withName(at: number): number {
    const frame = this.#frame;
    const isSetting = ['FUNCTION', 'SESSION'].includes(wordAt(this.#tokens, at));
    if (isSetting && beginsName(this.#tokens.kinds[at + 1])) {
      frame.state = BEFORE_QUERY;
      return at + 1;
    }
    const name = nameAt(this.#tokens, at);
    if (name === undefined || name.parts.length > 1) {
      this.#found.complete = false;
      return name?.next ?? at + 1;
    }
    frame.name = name.parts[0] ?? '';
    frame.state = WITH_HEAD;
    return name.next;
  }

  #open(kind: number, at: number): number {
    const frame = this.#frame;
    const inner = frame.state === RELATION ? RELATION : START;
    if (frame.state === RELATION) frame.state = BEHIND_RELATION;
    else if (frame.state === START || frame.state === WITH_NEXT) frame.state = EXPRESSION;
    // The name of a query holds in itself only where it is recursive.
    if (frame.state === WITH_QUERY && frame.isRecursive && frame.name !== null)
      this.#names.define(frame.name);
    const closing = kind === OPEN ? CLOSE : CLOSE_LIST;
    frame.enter({ state: inner, closing, mark: this.#names.mark });
    return at + 1;
  }

  #close(kind: number, at: number): number {
    const frame = this.#frame;
    const isWhole = !frame.isOutermost && kind === frame.closing && !isUnfinished(frame.state);
    if (!isWhole) this.#found.complete = false;
    if (frame.isOutermost) return at + 1;
    this.#names.forget(frame.mark);
    frame.leave();
    if (frame.state === WITH_QUERY) {
      if (!frame.isRecursive && frame.name !== null) this.#names.define(frame.name);
      frame.name = null;
      frame.state = WITH_NEXT;
    } else if (frame.state === BEFORE_QUERY && this.hasQuery) frame.state = EXPRESSION;
    return at + 1;
  }
}

const mayBeginRelation = (kind: number) =>
  kind === SELECT || kind === WITH || kind === TABLE || kind === VALUES;
