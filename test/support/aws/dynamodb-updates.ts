import { invalid } from './aws-error.ts';
import { type Path, type Substitutions, Tokens, valueAt } from './dynamodb-tokens.ts';
import { type Item, sumOf, type Value } from './dynamodb-values.ts';

type Evaluate = (item: Item) => Value;
type Action =
  | { readonly kind: 'set'; readonly path: Path; readonly value: Evaluate }
  | { readonly kind: 'remove'; readonly path: Path }
  | { readonly kind: 'add'; readonly path: Path; readonly value: Value };

/** An update that was read. */
export type Update = readonly Action[];

const MISSING = 'The provided expression refers to an attribute that does not exist in the item';

/** Reads SET, REMOVE and ADD. @throws AwsError ValidationException for what DynamoDB would not read */
export function readUpdate(expression: string, placeholders: Substitutions): Update {
  const tokens = new Tokens(expression, placeholders);
  const seen = new Set<string>();
  const actions: Action[] = [];
  while (tokens.peek() !== '') {
    const section = tokens.peek().toUpperCase();
    const read = SECTIONS[section];
    if (read === undefined) throw tokens.unexpected();
    if (seen.has(section)) {
      throw invalid(
        `Invalid UpdateExpression: The "${section}" section can only be used once in an update expression;`,
      );
    }
    seen.add(section);
    tokens.take();
    actions.push(...tokens.list(() => read(tokens)));
  }
  mustBeApart(actions.map(({ path }) => path));
  return actions;
}

const SECTIONS: { readonly [section: string]: (tokens: Tokens) => Action } = {
  SET: (tokens) => {
    const path = tokens.path();
    tokens.expect('=');
    return { kind: 'set', path, value: readValue(tokens) };
  },
  REMOVE: (tokens) => ({ kind: 'remove', path: tokens.path() }),
  ADD: (tokens) => ({ kind: 'add', path: tokens.path(), value: tokens.placeholders.valueOf(tokens.take()) }),
};

/** No path may be changed twice, nor lie in another that is changed. */
function mustBeApart(paths: readonly Path[]): void {
  const clash = paths.some((path, at) =>
    paths.some((other, place) => place !== at && path.every((name, depth) => name === other[depth])),
  );
  if (clash) throw invalid('Invalid UpdateExpression: Two document paths overlap with each other;');
}

/** An operand, or the sum or difference of two. */
function readValue(tokens: Tokens): Evaluate {
  const left = readOperand(tokens);
  const sign = tokens.peek();
  if (sign !== '+' && sign !== '-') return left;
  tokens.take();
  const right = readOperand(tokens);
  return (item) => ({ N: sumOf(numberOf(left(item)), numberOf(right(item)), sign === '+' ? 1 : -1) });
}

function numberOf(value: Value): string {
  if (value.N !== undefined) return value.N;
  throw invalid('An operand in the update expression has an incorrect data type');
}

function readOperand(tokens: Tokens): Evaluate {
  if (tokens.peek().startsWith(':')) {
    const value = tokens.placeholders.valueOf(tokens.take());
    return () => value;
  }
  if (tokens.peek(1) === '(') return readFunction(tokens);
  const path = tokens.path();
  return (item) => {
    const value = valueAt(item, path);
    if (value === undefined) throw invalid(MISSING);
    return value;
  };
}

function readFunction(tokens: Tokens): Evaluate {
  const name = tokens.take();
  tokens.expect('(');
  const path = name === 'if_not_exists' ? tokens.path() : undefined;
  const first = path === undefined ? readOperand(tokens) : undefined;
  tokens.expect(',');
  const second = readOperand(tokens);
  tokens.expect(')');
  if (path !== undefined) return (item) => valueAt(item, path) ?? second(item);
  if (name !== 'list_append' || first === undefined) {
    throw invalid(`Invalid UpdateExpression: Invalid function name; function: ${name}`);
  }
  return (item) => ({ L: [...listOf(first(item)), ...listOf(second(item))] });
}

function listOf(value: Value): readonly Value[] {
  if (value.L !== undefined) return value.L;
  throw invalid('An operand in the update expression has an incorrect data type');
}

/** The item after the update; every right side sees it as it was before. @throws AwsError ValidationException */
export function updated(item: Item, update: Update): Item {
  const next = structuredClone(item);
  for (const action of update) {
    if (action.kind === 'remove') change(next, action.path, undefined);
    if (action.kind === 'set') change(next, action.path, structuredClone(action.value(item)));
    if (action.kind === 'add') change(next, action.path, added(valueAt(item, action.path), action.value));
  }
  return next;
}

function change(item: Item, path: Path, value: Value | undefined): void {
  const name = path.at(-1) ?? '';
  const inside = path.length === 1 ? item : valueAt(item, path.slice(0, -1))?.M;
  if (inside === undefined) {
    throw invalid('The document path provided in the update expression is invalid for update');
  }
  if (value === undefined) delete inside[name];
  else inside[name] = value;
}

/** A number grows; a set takes in; what is missing begins. */
function added(before: Value | undefined, value: Value): Value {
  if (value.N !== undefined && before?.N !== undefined) return { N: sumOf(before.N, value.N, 1) };
  if (value.SS !== undefined && before?.SS !== undefined)
    return { SS: [...new Set([...before.SS, ...value.SS])] };
  if (value.NS !== undefined && before?.NS !== undefined)
    return { NS: [...new Set([...before.NS, ...value.NS])] };
  if (before === undefined && (value.N ?? value.SS ?? value.NS) !== undefined) return structuredClone(value);
  throw invalid('An operand in the update expression has an incorrect data type');
}
