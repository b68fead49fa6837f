import { invalid } from './aws-error.ts';
import { type Path, type Substitutions, Tokens, valueAt } from './dynamodb-tokens.ts';
import { compareValues, type Item, sameValue, typeOf, type Value } from './dynamodb-values.ts';

export type Operand = { readonly path: Path } | { readonly value: Value };
export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** A condition or a filter, read. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'compare'; readonly by: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly value: Operand; readonly from: Operand; readonly to: Operand }
  | { readonly kind: 'in'; readonly value: Operand; readonly list: readonly Operand[] }
  | { readonly kind: 'exists'; readonly path: Path }
  | { readonly kind: 'begins'; readonly value: Operand; readonly start: Operand };

/** @throws AwsError ValidationException for what DynamoDB would not read */
export function readCondition(expression: string, placeholders: Substitutions): Condition {
  const tokens = new Tokens(expression, placeholders);
  const condition = readOr(tokens);
  if (tokens.peek() !== '') throw tokens.unexpected();
  return condition;
}

function readOr(tokens: Tokens): Condition {
  const first = readAnd(tokens);
  if (!tokens.isAt('OR')) return first;
  const of = [first];
  while (tokens.takeIf('OR')) of.push(readAnd(tokens));
  return { kind: 'or', of };
}

function readAnd(tokens: Tokens): Condition {
  const first = readNot(tokens);
  if (!tokens.isAt('AND')) return first;
  const of = [first];
  while (tokens.takeIf('AND')) of.push(readNot(tokens));
  return { kind: 'and', of };
}

function readNot(tokens: Tokens): Condition {
  if (tokens.takeIf('NOT')) return { kind: 'not', of: readPlain(tokens) };
  return readPlain(tokens);
}

function readPlain(tokens: Tokens): Condition {
  if (tokens.isAt('(')) return readParentheses(tokens);
  return tokens.peek(1) === '(' ? readFunction(tokens) : readComparison(tokens);
}

/** Conditions that stood in parentheses: a second pair around them is refused. */
const enclosed = new WeakSet<Condition>();

function readParentheses(tokens: Tokens): Condition {
  tokens.expect('(');
  const inner = readOr(tokens);
  tokens.expect(')');
  if (enclosed.has(inner)) throw invalid('Invalid expression: The expression has redundant parentheses;');
  enclosed.add(inner);
  return inner;
}

function readFunction(tokens: Tokens): Condition {
  const name = tokens.take();
  tokens.expect('(');
  if (name === 'attribute_exists' || name === 'attribute_not_exists') {
    const exists: Condition = { kind: 'exists', path: tokens.path() };
    tokens.expect(')');
    return name === 'attribute_exists' ? exists : { kind: 'not', of: exists };
  }
  if (name !== 'begins_with') throw invalid(`Invalid expression: Invalid function name; function: ${name}`);
  const value = readOperand(tokens);
  tokens.expect(',');
  const start = readOperand(tokens);
  tokens.expect(')');
  for (const operand of [value, start]) {
    if ('path' in operand || ['S', 'B'].includes(typeOf(operand.value))) continue;
    throw invalid(
      'Invalid expression: Incorrect operand type for operator or function; function: begins_with',
    );
  }
  return { kind: 'begins', value, start };
}

function readComparison(tokens: Tokens): Condition {
  const left = readOperand(tokens);
  if (tokens.takeIf('BETWEEN')) {
    const from = readOperand(tokens);
    tokens.expect('AND');
    const to = readOperand(tokens);
    mustBeRange(from, to);
    return { kind: 'between', value: left, from, to };
  }
  if (tokens.takeIf('IN')) {
    tokens.expect('(');
    const list = tokens.list(() => readOperand(tokens));
    tokens.expect(')');
    if (list.length > 100) throw invalid('Invalid expression: The IN operator has more than 100 operands');
    return { kind: 'in', value: left, list };
  }
  const by = COMPARATORS.find((sign) => sign === tokens.peek());
  if (by === undefined) throw tokens.unexpected();
  tokens.take();
  const right = readOperand(tokens);
  if (by !== '=' && by !== '<>') for (const operand of [left, right]) mustHaveOrder(operand, by);
  if (same(left, right)) {
    throw invalid('Invalid expression: The first operand must be distinct from the remaining operands');
  }
  return { kind: 'compare', by, left, right };
}

const COMPARATORS: readonly Comparator[] = ['=', '<>', '<', '<=', '>', '>='];

function mustHaveOrder(operand: Operand, by: string): void {
  if ('path' in operand || ['S', 'N', 'B'].includes(typeOf(operand.value))) return;
  throw invalid(
    `Invalid expression: Incorrect operand type for operator or function; operator or function: ${by}`,
  );
}

function mustBeRange(from: Operand, to: Operand): void {
  for (const operand of [from, to]) mustHaveOrder(operand, 'BETWEEN');
  if ('path' in from || 'path' in to) return;
  const order = compareValues(from.value, to.value);
  if (order !== undefined && order <= 0) return;
  throw invalid(
    'Invalid expression: The BETWEEN operator requires an upper bound of the same type, not below the lower bound',
  );
}

const same = (a: Operand, b: Operand) =>
  'path' in a && 'path' in b && a.path.join('\0') === b.path.join('\0');

function readOperand(tokens: Tokens): Operand {
  if (tokens.peek().startsWith(':')) return { value: tokens.placeholders.valueOf(tokens.take()) };
  return { path: tokens.path() };
}

/** Whether an item, or nothing, meets a condition. What is missing equals nothing and has no order. */
export function holds(condition: Condition, item: Item): boolean {
  const of = (operand: Operand) => ('path' in operand ? valueAt(item, operand.path) : operand.value);
  switch (condition.kind) {
    case 'and':
      return condition.of.every((each) => holds(each, item));
    case 'or':
      return condition.of.some((each) => holds(each, item));
    case 'not':
      return !holds(condition.of, item);
    case 'exists':
      return valueAt(item, condition.path) !== undefined;
    case 'compare':
      return compares(condition.by, of(condition.left), of(condition.right));
    case 'between':
      return (
        compares('>=', of(condition.value), of(condition.from)) &&
        compares('<=', of(condition.value), of(condition.to))
      );
    case 'in':
      return condition.list.some((each) => compares('=', of(condition.value), of(each)));
    case 'begins':
      return begins(of(condition.value), of(condition.start));
  }
}

function compares(by: Comparator, left: Value | undefined, right: Value | undefined): boolean {
  const isSame = left !== undefined && right !== undefined && sameValue(left, right);
  if (by === '=') return isSame;
  if (by === '<>') return !isSame;
  const order = left && right && compareValues(left, right);
  if (order === undefined) return false;
  if (by === '<') return order < 0;
  if (by === '<=') return order <= 0;
  return by === '>' ? order > 0 : order >= 0;
}

function begins(value: Value | undefined, start: Value | undefined): boolean {
  if (value?.S !== undefined && start?.S !== undefined) return value.S.startsWith(start.S);
  if (value?.B === undefined || start?.B === undefined) return false;
  return Buffer.compare(value.B.subarray(0, start.B.length), start.B) === 0;
}
