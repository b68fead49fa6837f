import type { Random } from '../../bench/random.ts';

const GAPS = [
  ' ',
  ' ',
  ' ',
  '\n',
  '\t',
  '  ',
  '\r\n',
  '/**/',
  ' /* FROM x, "y (\' */ ',
  '-- JOIN z ON (\n',
  '/*;--*/',
];
/** Beside these nothing needs to stand. */
const TIGHT = /^[(),[\].]$/;

/** Tokens as a text, with white space and comments between them. */
export function laidOut(tokens: readonly string[], random: Random): string {
  const harsh = random.below(2) === 0;
  let text = random.below(8) === 0 ? random.pick(GAPS) : '';
  let before = '';
  for (const token of tokens) {
    const mayBeTight = TIGHT.test(token) || TIGHT.test(before);
    // `1.` before a name would be a number.
    const isTight = mayBeTight && !/^\d/.test(before) && random.below(3) > 0;
    if (before !== '' && !isTight) text += harsh ? gapBehind(before, random) : ' ';
    text += token;
    before = token;
  }
  return random.below(8) === 0 ? `${text} ; -- end` : text;
}

/** Two signs must not become a comment. */
function gapBehind(token: string, random: Random): string {
  const gap = random.pick(GAPS);
  return /[-/*]$/.test(token) ? ` ${gap}` : gap;
}
