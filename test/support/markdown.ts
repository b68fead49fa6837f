import { textOf } from './repository.ts';

/** A table of a Markdown document: its heading cells, and its rows. */
export type MarkdownTable = {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

/** The tables of a document, cells as they are written. */
export function tablesOf(text: string): MarkdownTable[] {
  const blocks = text.match(/(^\|.*\|$\n?)+/gm) ?? [];
  return blocks.map((block) => {
    const [head = [], , ...rows] = block.trimEnd().split('\n').map(cellsOf);
    return { head, rows };
  });
}

/** A `\|` is a character, not the end of a cell. */
function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/** The rows of all tables whose first heading is this. */
export function rowsUnder(text: string, heading: string): (readonly string[])[] {
  return tablesOf(text)
    .filter(({ head }) => head[0] === heading)
    .flatMap(({ rows }) => rows);
}

/** What stands between backticks, outside fenced blocks. */
export function codeIn(text: string): string[] {
  return [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
}

/** What stands in fenced blocks of these languages; '' where none is named. */
export function fencedIn(text: string, ...languages: readonly string[]): string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, language = '']) => languages.includes(language))
    .map(([, , block = '']) => block);
}

/** The lines of fenced blocks in the language of the shell; what a `\` continues is one line. */
export function shellLines(text: string, ...languages: readonly string[]): string[] {
  return fencedIn(text, ...(languages.length > 0 ? languages : ['', 'sh', 'bash', 'console']))
    .flatMap((block) => block.replace(/\\\n\s*/g, '').split('\n'))
    .filter((line) => line.trim() !== '');
}

/** Relative links of a document of the repository that lead nowhere: to no file, or to no heading. */
export function brokenLinks(path: string, exists: (path: string) => boolean): string[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const links = [...textOf(path).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return links.filter((link) => {
    const [file = '', heading] = link.split('#');
    const target = file === '' ? path : `${folder}${file}`;
    if (!exists(target)) return true;
    return heading !== undefined && !anchorsOf(textOf(target)).includes(heading);
  });
}

/** Headings as GitHub links to them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
