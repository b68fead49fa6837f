import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';

/** An expression in which each `?` stands for the value that comes next. */
export type Words = { readonly text: string; readonly values: readonly AttributeValue[] };

const text = fc.constantFrom('a', 'ab', 'b', 'ö', '😀').map((S) => ({ S }));
const number = fc
  .constantFrom('0', '1', '-1', '10', '2', '9007199254740993', '9007199254740992')
  .map((N) => ({ N }));
const list = fc.constantFrom('a', 'b').map((S) => ({ L: [{ S }] }));
const map = fc.constantFrom('a', 'b').map((S) => ({ M: { a: { S } } }));
const ordered: fc.Arbitrary<AttributeValue> = fc.oneof(text, number);
const scalar: fc.Arbitrary<AttributeValue> = fc.oneof(
  ordered,
  fc.boolean().map((BOOL) => ({ BOOL })),
);

const attribute = fc.constantFrom('a', 'b', 'c', 'st');
const path = fc.oneof(attribute, fc.constantFrom('a.a', 'b.a', 'st.zz'));

/** Attributes of an item, beside its key. */
export const attributes = fc.dictionary(attribute, fc.oneof(scalar, list, map), { maxKeys: 4 });

const words = (what: string, ...values: readonly AttributeValue[]): Words => ({ text: what, values });

const test: fc.Arbitrary<Words> = fc.oneof(
  path.map((name) => words(`attribute_exists(${name})`)),
  path.map((name) => words(`attribute_not_exists(${name})`)),
  fc
    .tuple(path, fc.constantFrom('=', '<>'), scalar)
    .map(([name, by, value]) => words(`${name} ${by} ?`, value)),
  fc
    .tuple(path, fc.constantFrom('<', '<=', '>', '>='), ordered)
    .map(([name, by, value]) => words(`${name} ${by} ?`, value)),
  fc.tuple(path, ordered, ordered).map(([name, from, to]) => words(`${name} BETWEEN ? AND ?`, from, to)),
  fc.tuple(path, ordered, ordered).map(([name, one, other]) => words(`${name} IN (?, ?)`, one, other)),
  fc.tuple(path, scalar).map(([name, start]) => words(`begins_with(${name}, ?)`, start)),
);

/** Conditions of any depth; some have redundant parentheses or operands that have no order. */
export const { condition } = fc.letrec<{ condition: Words }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    test,
    fc
      .tuple(tie('condition'), fc.constantFrom('AND', 'OR'), tie('condition'))
      .map(([left, by, right]) => words(`${left.text} ${by} ${right.text}`, ...left.values, ...right.values)),
    tie('condition').map((inner) => words(`NOT (${inner.text})`, ...inner.values)),
    tie('condition').map((inner) => words(`(${inner.text})`, ...inner.values)),
  ),
}));

/** dynalite shares what it copies: so what is copied is never changed inside. */
const copied = fc.constantFrom('a', 'b', 'c', 'a.a');
const changed = fc.oneof(attribute, fc.constantFrom('st.a', 'st.zz'));

const setting: fc.Arbitrary<Words> = fc.oneof(
  fc.tuple(changed, scalar).map(([name, value]) => words(`${name} = ?`, value)),
  fc.tuple(attribute, copied).map(([name, other]) => words(`${name} = ${other}`)),
  fc
    .tuple(attribute, attribute, fc.constantFrom('+', '-'), number)
    .map(([name, other, by, value]) => words(`${name} = ${other} ${by} ?`, value)),
  fc
    .tuple(attribute, copied, scalar)
    .map(([name, other, value]) => words(`${name} = if_not_exists(${other}, ?)`, value)),
  fc
    .tuple(attribute, copied, list)
    .map(([name, other, value]) =>
      words(`${name} = list_append(if_not_exists(${other}, ?), ?)`, { L: [] }, value),
    ),
);

const section = (name: string, parts: fc.Arbitrary<Words>) =>
  fc.array(parts, { maxLength: 2 }).map((all) => {
    const inner = all.map((part) => part.text).join(', ');
    return words(inner === '' ? '' : `${name} ${inner} `, ...all.flatMap(({ values }) => values));
  });

/** Updates of one to three sections; some change an attribute twice. */
export const update: fc.Arbitrary<Words> = fc
  .tuple(
    section('SET', setting),
    section(
      'REMOVE',
      changed.map((name) => words(name)),
    ),
    section(
      'ADD',
      fc.tuple(attribute, number).map(([name, value]) => words(`${name} ?`, value)),
    ),
  )
  .map((all) => words(all.map((part) => part.text).join(''), ...all.flatMap(({ values }) => values)))
  .filter(({ text: whole }) => whole !== '');

/** The expression with placeholders, whose names begin with a letter, and what they stand for. */
export function placed(letter: string, { text: expression, values }: Words) {
  let next = 0;
  return {
    expression: expression.replaceAll('?', () => `:${letter}${next++}`),
    values: Object.fromEntries(values.map((value, at) => [`:${letter}${at}`, value])),
  };
}
