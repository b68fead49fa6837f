import fc from 'fast-check';

/**
 * The text of log files as no writer would write them, but JSON allows: any white space, any spelling of a
 * string, root keys around Records, other Records deeper, elements that are no objects.
 */
export type LogDocument = { readonly text: string; readonly bom: boolean };

const space = fc.constantFrom('', '', '', '', ' ', '\n', '\r\n', '\t', ' \n\t ');

/** Pieces of JSON strings: what steers a careless scanner, and what spans bytes and code units. */
const stringPiece = fc.constantFrom(
  ...['a', 'Records', 'xyz', '{', '}', '[', ']', ',', ':', ' ', '/', '\\\\', '\\"', '\\\\\\"', '\\\\\\\\'],
  ...['\\/', '\\n', '\\t', '\\r', '\\b', '\\f', '\\u0022', '\\u005c', '\\u0052', '\\u00e9', '\\ud83d\\ude00'],
  ...['\\ud83d', '\\uDE00', '\\u0000', 'é', 'Ł', '中', '🎉', '\u2028', '\u007f', '\ufeff', '\ufffd'],
  ...['{\\"Records\\":[', ']}', 'u0041', 'long enough to span words'],
);
const string = fc.array(stringPiece, { maxLength: 6 }).map((pieces) => `"${pieces.join('')}"`);
const number = fc.constantFrom('0', '-0', '7', '-12', '1.5', '1e3', '1.688560107857E9', '-2.5E-10', '1E+2');
const bigNumber = fc.constantFrom('9007199254740993', '123456789012345678901234567890', '1e400', '-1e400');
const literal = fc.constantFrom('true', 'false', 'null');

const { value, object } = fc.letrec<{ value: string; object: string; list: string; pair: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'json' },
    string,
    fc.oneof(number, bigNumber),
    literal,
    tie('object'),
    tie('list'),
  ),
  pair: fc.tuple(space, string, space, space, tie('value'), space).map((parts) => {
    const [before, key, afterKey, beforeValue, inner, after] = parts;
    return `${before}${key}${afterKey}:${beforeValue}${inner}${after}`;
  }),
  object: fc
    .oneof(
      { maxDepth: 4, depthIdentifier: 'json' },
      space,
      fc.array(tie('pair'), { maxLength: 4, depthIdentifier: 'json' }).map((pairs) => pairs.join(',')),
    )
    .map((inside) => `{${inside}}`),
  list: fc
    .oneof(
      { maxDepth: 4, depthIdentifier: 'json' },
      space,
      fc
        .array(fc.tuple(space, tie('value'), space), { maxLength: 4, depthIdentifier: 'json' })
        .map((items) => items.map((item) => item.join('')).join(',')),
    )
    .map((inside) => `[${inside}]`),
}));

/** A JSON object as text. */
export const objectText: fc.Arbitrary<string> = object;

const recordsKey = fc.constantFrom(
  '"Records"',
  '"Records"',
  '"\\u0052ecords"',
  '"Recor\\u0064s"',
  '"\\u0052\\u0065\\u0063\\u006f\\u0072\\u0064\\u0073"',
);
const element = fc.oneof({ weight: 5, arbitrary: object }, { weight: 1, arbitrary: value });
const records = fc
  .tuple(
    recordsKey,
    space,
    space,
    fc.oneof(
      { weight: 1, arbitrary: space },
      {
        weight: 6,
        arbitrary: fc
          .array(fc.tuple(space, element, space), { minLength: 1, maxLength: 6 })
          .map((items) => items.map((item) => item.join('')).join(',')),
      },
    ),
  )
  .map(([key, before, after, inside]) => `${key}${before}:${after}[${inside}]`);

/** A root key of another name, with any value. */
const other = fc
  .tuple(string, space, space, value)
  .map(([key, before, after, inner]) => `"x${key.slice(1)}${before}:${after}${inner}`);

export const logDocument: fc.Arbitrary<LogDocument> = fc
  .tuple(
    fc.array(other, { maxLength: 2 }),
    records,
    fc.array(other, { maxLength: 2 }),
    fc.array(space, { minLength: 4, maxLength: 4 }),
    fc.integer({ min: 0, max: 9 }),
  )
  .map(([before, list, after, [start = '', open = '', close = '', end = ''], mark]) => ({
    text: `${start}{${open}${[...before, list, ...after].join(`${close},${open}`)}${close}}${end}`,
    bom: mark === 0,
  }));

/** The document's bytes; a byte order mark can only stand first. */
export function bytesOf({ text, bom }: LogDocument): Uint8Array {
  return Buffer.from(bom ? `\ufeff${text}` : text);
}
