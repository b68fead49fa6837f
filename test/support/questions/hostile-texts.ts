import fc from 'fast-check';
import { SEED } from '../seed.ts';

/** Texts that a program downstream of an audit log might run, obey or trip over. */
const CHOSEN: readonly string[] = [
  // Browsers.
  ...[
    '<script>alert(1)</script>',
    '</td><td>',
    '</title><script>x</script>',
    '</style><style>*{}',
    '<!--',
    '-->',
  ],
  ...['<img src=x onerror=alert(1)>', '<svg/onload=alert(1)>', '" onload="alert(1)', "' onmouseover='x"],
  ...['<a href=javascript:alert(1)>', '&lt;script&gt;', '&#x3c;', '&amp', '<![CDATA[', ']]>', '<plaintext>'],
  // Spreadsheets.
  ...[
    '=1+1',
    '=HYPERLINK("https://example.com","x")',
    "=cmd|' /C calc'!A0",
    '+1',
    '-1',
    '-5',
    '@SUM(A1)',
    '\t=1',
  ],
  ...['\r=1', "'=1", '"=1"', '""', '"', '","', '",=1,"', 'a,b', 'a"b', ' a', 'a ', ' ', ';', "'"],
  // Line ends, and what some take for one.
  ...['a\nb', 'a\rb', 'a\r\nb', '\n', '\r', '\r\n', 'a\u0085b', 'a\u2028b', 'a\u2029b', 'a\vb', 'a\fb'],
  // Terminals.
  ...[
    '\u001b[31m',
    '\u001b]8;;https://example.com\u0007x',
    '\u001b]0;title\u0007',
    '\u009b31m',
    '\u0090q',
    '\u007f',
  ],
  ...['\b\b\b', '\u0000', 'a\u0000b', '\u0001', '\u009c', '\u001bc', '\u001b[2J'],
  // Texts that are not what they look like.
  ...[
    '\u202egpj.exe',
    '\u2066x\u2069',
    '\u200eabc\u200f',
    '\u061cx',
    '\u200b',
    'a\u200db',
    '\ufeffx',
    'x\u00ad',
  ],
  // No UTF-8 can write these.
  ...['\ud800', '\udfff', 'a\ud83d', '\udc00b', '\ud800\ud800x'],
  // Markdown, JSON, templates.
  ...[
    '| a | b |',
    '\\|',
    '\\',
    '`x`',
    '*x*',
    '[x](javascript:x)',
    '{"a":1}',
    '\\u0041',
    '\\n',
    '$\u007b1}',
    '{{1}}',
  ],
  ...[
    'null',
    'NULL',
    'true',
    '0',
    '1e9',
    '-0',
    '007',
    'NaN',
    '__proto__',
    'constructor',
    '漢字',
    '👩‍⚕️',
    'zoe\u0308',
  ],
  ...['x'.repeat(20_000), '<'.repeat(3_000), '"'.repeat(3_001), '\u202e'.repeat(500)],
];

const short = CHOSEN.filter((text) => text.length < 50);
const made = fc
  .array(fc.oneof(fc.constantFrom(...short), fc.string({ unit: 'binary', maxLength: 6 })), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => parts.join(''));

/** As UTF-8 holds it: halves of pairs are gone. */
export const asStored = (text: string): string => Buffer.from(text).toString();

/** So many of them, no two of which are one as UTF-8. */
export function hostileTexts(count: number): readonly string[] {
  const all = new Map<string, string>();
  for (const text of [...CHOSEN, ...fc.sample(made, { seed: SEED, numRuns: 4 * count })]) {
    const written = asStored(text);
    if (written !== '' && !all.has(written)) all.set(written, text);
  }
  return [...all.values()].slice(0, count);
}
