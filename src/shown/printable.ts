/**
 * Characters that steer a terminal or turn text around (C0, DEL and C1 controls, bidirectional controls,
 * line separators). Log files hold whatever a caller chose to send, so none of them is printed as it is.
 */
const STEERING = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

const SHORT: { readonly [character: string]: string } = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The text on one line, with `\n`, `\t` and `\u001b` in place of what would steer a terminal. */
export function printable(text: string): string {
  return text.replace(STEERING, (character) => SHORT[character] ?? escaped(character));
}

/** A text as a JSON string: the same text to a parser, and harmless to a terminal. */
export function jsonText(text: string): string {
  return JSON.stringify(text).replace(STEERING, escaped);
}
