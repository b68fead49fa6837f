import { parseAst } from 'vitest/node';

/** A node of a syntax tree (ESTree with TypeScript), loose by design. */
export type Node = {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
};

/** The syntax tree of a TypeScript module. `typescript` 7 has no parser in JavaScript; vitest brings one. */
export function parseModule(text: string): Node {
  const tree: unknown = parseAst(text, { lang: 'ts' });
  if (!isNode(tree)) throw new Error('no syntax tree');
  return tree;
}

/** Every node of a tree, parents first. */
export function* nodesOf(node: Node): Generator<Node> {
  yield node;
  for (const child of Object.values(node).flat()) if (isNode(child)) yield* nodesOf(child);
}

/** The node in a field, where there is one. */
export function childOf(node: Node | undefined, field: string): Node | undefined {
  const child = node?.[field];
  return isNode(child) ? child : undefined;
}

/** The nodes in a field that is a list. */
export function childrenOf(node: Node, field: string): Node[] {
  const list = node[field];
  return Array.isArray(list) ? list.filter(isNode) : [];
}

/** A field as text: the name of an identifier, the value of a string literal. */
export function textOfNode(node: Node | undefined, field: string): string | undefined {
  const value = node?.[field];
  return typeof value === 'string' ? value : undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
