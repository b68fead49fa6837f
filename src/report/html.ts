import { printable } from '../shown/printable.js';

/** Made by `html` alone, so that a text can never be taken for one. */
declare const SAFE: unique symbol;
/** A piece of HTML in which every value from outside is escaped. */
export type Html = { readonly markup: string; readonly [SAFE]: true };

/** What may stand between the pieces of a template. Nothing comes of `undefined`. */
export type HtmlValue = string | number | Html | readonly HtmlValue[] | undefined;

const ENTITIES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Halves of surrogate pairs, which no UTF-8 can write, and characters that HTML calls none. */
const NO_CHARACTERS = /\p{Cs}|\p{Noncharacter_Code_Point}/gu;

/**
 * A text as HTML, for content and for values between double quotes: what steers is written out (`\u202e`), what marks
 * is an entity.
 */
function escaped(text: string): string {
  return printable(text)
    .replace(NO_CHARACTERS, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

const made = (markup: string): Html => ({ markup }) as Html;

function markupOf(value: HtmlValue): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number') return escaped(String(value));
  return 'markup' in value ? value.markup : value.map(markupOf).join('');
}

/** HTML from a template: its own text stands as it is, every value is escaped, HTML and lists of it are put in. */
export function html(pieces: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return made(pieces.map((piece, at) => piece + markupOf(values[at])).join(''));
}

/** The content of a style element, which HTML does not unescape: of our own alone, never of data. */
export function styleElement(css: string): Html {
  if (/[<&]/.test(css)) throw new RangeError('a style that could end its element');
  return made(`<style>${css}</style>`);
}
