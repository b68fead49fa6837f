import { AuditLakeError } from '../../errors.js';
import type { Answer, QueryEngine } from '../../ports/query-engine.js';
import { csvHead, csvLines } from '../answer-format.js';
import type { PackFolder } from './pack-folder.js';

/** A question that was asked: its name, and how many rows its answer has. */
export type PackedAnswer = { readonly name: string; readonly rows: number };

/**
 * An engine that writes each answer into a pack while it is read: what the report shows and what the pack holds are one
 * answer, and nobody pays for it twice.
 */
export class PackedAnswers implements QueryEngine {
  readonly #engine: QueryEngine;
  readonly #pack: PackFolder;
  readonly #names: ReadonlyMap<string, string>;
  readonly #asked = new Map<string, number>();

  /** `sql` is that of each question, by its name. */
  constructor(engine: QueryEngine, pack: PackFolder, sql: ReadonlyMap<string, string>) {
    this.#engine = engine;
    this.#pack = pack;
    this.#names = new Map([...sql].map(([name, text]) => [text, name]));
  }

  /** The answers that were written. */
  get asked(): readonly PackedAnswer[] {
    return [...this.#asked]
      .map(([name, rows]) => ({ name, rows }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws AuditLakeError INTERNAL for another text, LAKE_WRITE_FAILED, and what the engine throws */
  async query(sql: string): Promise<Answer> {
    const name = this.#names.get(sql);
    if (name === undefined) throw new AuditLakeError('INTERNAL', 'a pack knows no question of this text');
    const answer = await this.#engine.query(sql);
    return { ...answer, chunks: this.#written(name, sql, answer) };
  }

  /** Asks one that nobody else reads. @throws AuditLakeError as above */
  async ask(sql: string): Promise<void> {
    for await (const _ of (await this.query(sql)).chunks);
  }

  /** Whoever opened the engine closes it. */
  async close(): Promise<void> {}

  async *#written(name: string, sql: string, { columns, chunks }: Answer): Answer['chunks'] {
    const lines = csvLines(columns);
    const file = await this.#pack.begin(`questions/${name}.csv`);
    let rows = 0;
    try {
      await file.add(csvHead(columns));
      for await (const chunk of chunks) {
        rows += chunk.length;
        await file.add(lines(chunk));
        yield chunk;
      }
    } catch (error) {
      await file.giveUp();
      throw error;
    }
    await file.end();
    await this.#pack.write(`questions/${name}.sql`, [`${sql}\n`]);
    this.#asked.set(name, rows);
  }
}
