import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { inRepository } from '../repository.ts';

/** What dt-sql-parser tells of a text. */
export type DtAnswer = {
  /** False where its grammar refuses the text. */
  readonly parses: boolean;
  /** Tables and views as it names them, in lower case without quotes, sorted, each once; names of queries included. */
  readonly names: readonly string[];
};

type Entity = { readonly entityContextType: string; readonly text: string };
type Parser = {
  validate(text: string): readonly unknown[];
  getAllEntities(text: string): readonly Entity[] | null;
};
type Library = { readonly TrinoSQL: new () => Parser; readonly HiveSQL: new () => Parser };

const TABLES = new Set(['table', 'tableCreate', 'view', 'viewCreate']);
/** Statements that Athena hands to Hive. */
const HIVE =
  /^\s*(ALTER\s+(?!VIEW)|MSCK|SHOW|DESC|DROP|LOAD|TRUNCATE|ANALYZE\s+TABLE|CREATE\s+(EXTERNAL|DATABASE|SCHEMA)|CREATE\s+TABLE(?!.*\b(AS|WITH)\b))/is;
const PART = /"(?:[^"]|"")*"|`(?:[^`]|``)*`|[^.\s"`]+/g;

/** It says on the console what it could not parse. */
const SILENCE = 'const console = { error() {}, warn() {}, log() {} };';

/** The library imports folders, which Node does not: it is bundled first. */
export async function dtOracle(): Promise<(text: string) => DtAnswer> {
  const folder = mkdtempSync(join(tmpdir(), 'audit-lake-dt-'));
  try {
    const outfile = join(folder, 'dt-sql-parser.mjs');
    const contents = "export { HiveSQL, TrinoSQL } from 'dt-sql-parser'";
    await build({
      stdin: { contents, resolveDir: inRepository('') },
      ...{
        bundle: true,
        format: 'esm',
        platform: 'node',
        outfile,
        logLevel: 'silent',
        banner: { js: SILENCE },
      },
    });
    const { TrinoSQL, HiveSQL }: Library = await import(pathToFileURL(outfile).href);
    const [trino, hive] = [new TrinoSQL(), new HiveSQL()];
    return (text) => answerOf(HIVE.test(text) ? hive : trino, text);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function answerOf(parser: Parser, text: string): DtAnswer {
  const entities = parser.getAllEntities(text) ?? [];
  const names = entities
    .filter(({ entityContextType }) => TABLES.has(entityContextType))
    .map((it) => plain(it.text))
    // Whatever stands in the place of a table, it tells as one: subqueries, functions, whole joins.
    .filter((name) => !name.includes('('));
  return { parses: parser.validate(text).length === 0, names: [...new Set(names)].sort() };
}

/** A name without quotes. */
function plain(name: string): string {
  const parts = name.match(PART) ?? [];
  return parts
    .map((part) =>
      /^["`]/.test(part) ? part.slice(1, -1).replaceAll(part.charAt(0).repeat(2), part.charAt(0)) : part,
    )
    .join('.')
    .toLowerCase();
}
