import type { Random } from '../../bench/random.ts';

/** What may come into a text anywhere. */
const PIECES = [
  ...[
    "'",
    '"',
    '`',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    '.',
    ';',
    '--',
    '/*',
    '*/',
    '\\',
    '$',
    '?',
    '\0',
    '\ufeff',
    '\ud800',
  ],
  ...[
    ' FROM ',
    ' WITH ',
    ' AS ',
    ' TABLE ',
    ' TABLE(',
    ' JOIN ',
    ' SELECT ',
    ' UNION ',
    ' LATERAL ',
    ' UNNEST ',
    ' VALUES ',
  ],
  ...[
    ' EXPLAIN ',
    ' PREPARE p FROM ',
    ' USING ',
    ' RECURSIVE ',
    ' WINDOW w AS ',
    ' DISTINCT ',
    ' MERGE INTO ',
    ' WITH NO DATA',
  ],
];

/** A text damaged in one to four ways: cut, pieces lost, doubled, moved or put in, bits turned. */
export function mutantOf(text: string, random: Random): string {
  let mutant = text;
  for (let ways = 1 + random.below(4); ways > 0; ways--) mutant = damaged(mutant, random);
  return mutant;
}

function damaged(text: string, random: Random): string {
  const from = random.below(text.length + 1);
  const to = Math.min(text.length, from + random.below(20));
  const [before, piece, behind] = [text.slice(0, from), text.slice(from, to), text.slice(to)];
  switch (random.below(7)) {
    case 0:
      return before;
    case 1:
      return piece + behind;
    case 2:
      return before + behind;
    case 3:
      return before + piece + piece + behind;
    case 4:
      return behind + piece + before;
    case 5:
      return (
        before +
        String.fromCharCode(random.below(2) === 0 ? random.below(128) : random.below(65_536)) +
        behind
      );
    default:
      return before + random.pick(PIECES) + piece + behind;
  }
}
