import { posix } from 'node:path';
import { childOf, childrenOf, type Node, nodesOf, parseModule, textOfNode } from './syntax-tree.ts';

/** How one file refers to another: `type` leaves nothing behind, `dynamic` is loaded when it is asked for. */
export type Link = { readonly to: string; readonly how: 'static' | 'dynamic' | 'type' };

/** A function, its length in lines and how many parameters it takes. */
export type FunctionSize = { readonly name: string; readonly lines: number; readonly parameters: number };

/** What the laws of the house ask of a source file. */
export type SourceFile = {
  /** Below src, such as `lake/views.ts`. */
  readonly path: string;
  readonly text: string;
  readonly links: readonly Link[];
  /** Parts of the world that it touches: `process.env`, `Date.now`, `new Date()`, `setTimeout`, `console`. */
  readonly touches: ReadonlySet<string>;
  /** Constructs of the language that the house does without. */
  readonly shunned: readonly string[];
  readonly functions: readonly FunctionSize[];
  /** What it exports under a name. */
  readonly exported: readonly string[];
};

export function sourceFile(path: string, text: string): SourceFile {
  const nodes = [...nodesOf(parseModule(text))];
  const names = new Map(nodes.flatMap(namedFunction));
  return {
    path,
    text,
    links: nodes.flatMap((node) => linkOf(node) ?? []).map(({ to, how }) => ({ to: target(path, to), how })),
    touches: new Set(nodes.flatMap(touchesOf)),
    shunned: nodes.flatMap((node) => SHUNNED[node.type] ?? []),
    functions: nodes
      .filter(({ type }) => FUNCTIONS.has(type))
      .map((node) => sizeOf(node, { text, name: `${path} ${names.get(node) ?? '(nameless)'}` })),
    exported: nodes.flatMap(exportsOf),
  };
}

/** A relative name as a path below src with the ending that the file has; the name of a package as it is. */
function target(from: string, to: string): string {
  if (!to.startsWith('.')) return to;
  return posix.join(posix.dirname(from), to).replace(/\.js$/, '.ts');
}

function linkOf(node: Node): Link | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return link(childOf(node, 'source'), node['importKind'] === 'type' ? 'type' : 'static');
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return link(childOf(node, 'source'), node['exportKind'] === 'type' ? 'type' : 'static');
    case 'ImportExpression':
      return link(childOf(node, 'source'), 'dynamic');
    case 'TSImportType':
      return link(childOf(node, 'source') ?? childOf(childOf(node, 'argument'), 'literal'), 'type');
    case 'NewExpression':
      return workerLink(node);
  }
  return undefined;
}

function link(source: Node | undefined, how: Link['how']): Link | undefined {
  const to = textOfNode(source, 'value');
  return to === undefined ? undefined : { to, how };
}

/** `new URL('./decode-worker.js', import.meta.url)`: the file that a worker thread begins with. */
function workerLink(node: Node): Link | undefined {
  const [first, second] = childrenOf(node, 'arguments');
  const isOwn =
    textOfNode(childOf(node, 'callee'), 'name') === 'URL' &&
    childOf(second, 'object')?.type === 'MetaProperty';
  return isOwn ? link(first, 'dynamic') : undefined;
}

const GLOBALS: ReadonlySet<string> = new Set([
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch'],
  ...['require', '__dirname', 'globalThis'],
]);
const OBJECTS: ReadonlySet<string> = new Set(['process', 'console', 'Date', 'performance', 'Math', 'crypto']);
/** Members of these that neither change nor ask the world. */
const HARMLESS = /^(Date\.(UTC|parse)|Math\.(?!random).*)$/;
const CHANCE: ReadonlySet<string> = new Set(['randomBytes', 'randomUUID', 'randomInt', 'webcrypto']);

function touchesOf(node: Node): string[] {
  switch (node.type) {
    case 'MemberExpression': {
      const object = textOfNode(childOf(node, 'object'), 'name') ?? '';
      const member = `${object}.${textOfNode(childOf(node, 'property'), 'name') ?? '?'}`;
      return OBJECTS.has(object) && !HARMLESS.test(member) ? [member] : [];
    }
    case 'NewExpression':
    case 'CallExpression': {
      const callee = textOfNode(childOf(node, 'callee'), 'name') ?? '';
      if (callee === 'Date' && childrenOf(node, 'arguments').length === 0) return ['new Date()'];
      return GLOBALS.has(callee) ? [callee] : [];
    }
    case 'ImportDeclaration':
      return importedTouches(node);
  }
  return [];
}

/** Chance and timers that come by import, whatever they are called afterwards. */
function importedTouches(node: Node): string[] {
  const from = textOfNode(childOf(node, 'source'), 'value') ?? '';
  const names = childrenOf(node, 'specifiers').map(
    (it) => textOfNode(childOf(it, 'imported'), 'name') ?? '*',
  );
  if (/^(node:)?crypto$/.test(from)) return names.filter((name) => CHANCE.has(name) || name === '*');
  if (/^(node:)?(timers(\/promises)?|perf_hooks|process|console)$/.test(from)) return names;
  return [];
}

const SHUNNED: { readonly [type: string]: string } = {
  ExportDefaultDeclaration: 'a default export',
  TSAnyKeyword: 'any',
  TSEnumDeclaration: 'an enum',
  TSNonNullExpression: 'a non-null assertion',
  TSModuleDeclaration: 'a namespace',
  TSExportAssignment: 'export =',
};

const FUNCTIONS: ReadonlySet<string> = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
]);

function sizeOf(node: Node, { text, name }: { readonly text: string; readonly name: string }): FunctionSize {
  const lines = text.slice(node.start, node.end).split('\n').length;
  return { name, lines, parameters: childrenOf(node, 'params').length };
}

/** A function with the name that it is declared under: its own, a variable's, a method's. */
function namedFunction(node: Node): [Node, string][] {
  const named = textOfNode(childOf(node, 'id') ?? childOf(node, 'key'), 'name');
  if (named === undefined) return [];
  const bodies = [node, childOf(node, 'init'), childOf(node, 'value')].filter((it) => it !== undefined);
  return bodies.filter(({ type }) => FUNCTIONS.has(type)).map((it) => [it, named]);
}

function exportsOf(node: Node): string[] {
  if (node.type !== 'ExportNamedDeclaration') return [];
  const declaration = childOf(node, 'declaration');
  const declared = declaration ? [declaration, ...childrenOf(declaration, 'declarations')] : [];
  return [
    ...declared.flatMap((it) => textOfNode(childOf(it, 'id'), 'name') ?? []),
    ...childrenOf(node, 'specifiers').flatMap((it) => textOfNode(childOf(it, 'exported'), 'name') ?? []),
  ];
}
