import { type DefaultTreeAdapterTypes, parse } from 'parse5';

type Node = DefaultTreeAdapterTypes.Node;
export type Element = DefaultTreeAdapterTypes.Element;

/** An HTML page as a browser reads it, by the parser of the HTML standard. */
export type ParsedPage = {
  /** What the standard calls parse errors. */
  readonly errors: readonly string[];
  readonly elements: readonly Element[];
  /** Elements and attributes with their values, nested, without any text. */
  readonly structure: string;
};

export function parsedPage(page: string): ParsedPage {
  const errors: string[] = [];
  const document = parse(page, { onParseError: ({ code }) => errors.push(code) });
  const elements: Element[] = [];
  const structure = structureOf(document, elements);
  return { errors, elements, structure };
}

function structureOf(node: Node, found: Element[]): string {
  if (!('childNodes' in node)) return node.nodeName === '#text' ? '' : `(${node.nodeName})`;
  if ('attrs' in node) found.push(node);
  const attributes = 'attrs' in node ? node.attrs.map(({ name, value }) => ` ${name}=${value}`).join('') : '';
  const inside = node.childNodes.map((child) => structureOf(child, found)).join('');
  return `<${node.nodeName}${attributes}>${inside}</>`;
}

/** All text of a node. */
export function textOf(node: Node): string {
  if ('value' in node) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

export const attribute = ({ attrs }: Element, name: string): string | undefined =>
  attrs.find((it) => it.name === name)?.value;

/** The rows of the table with this caption: the texts of their cells, without its head. */
export function tableRows(page: ParsedPage, caption: string): readonly (readonly string[])[] {
  const table = page.elements.find(
    (element) =>
      element.tagName === 'table' && below(element, 'caption').some((it) => textOf(it) === caption),
  );
  if (!table) throw new Error(`no table ${caption}`);
  return below(table, 'tr')
    .map((row) => below(row, 'td').map(textOf))
    .filter((cells) => cells.length > 0);
}

/** Elements of this name within another one. */
export function below(node: Node, tagName: string): readonly Element[] {
  if (!('childNodes' in node)) return [];
  return node.childNodes.flatMap((child) => [
    ...('tagName' in child && child.tagName === tagName ? [child] : []),
    ...below(child, tagName),
  ]);
}
