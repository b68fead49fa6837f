import { GetTableCommand, type GlueClient } from '@aws-sdk/client-glue';
import { messageOf } from '../../errors.js';
import {
  createTrace,
  dropTrace,
  insertInto,
  mustBeOwnTable,
  traceLocation,
  traceTable,
  traceToken,
} from '../../trace/raw-sql.js';
import { AthenaRuns, type AthenaRunsOptions, type Ran } from './athena-runs.js';
import { awsError, nameOf } from './aws-error.js';
import { S3LakeObjects } from './s3-lake-objects.js';
import type { S3Access } from './s3-pages.js';
import { parsePlace } from './s3-place.js';
import { sideBySide } from './side-by-side.js';

export type TraceTableOptions = AthenaRunsOptions & {
  readonly glue: Pick<GlueClient, 'send'>;
  readonly s3: S3Access['client'];
  /** By chance, 8 to 32 letters and digits. */
  readonly id: string;
  /** Is told what could not be removed, and what to do about it. */
  readonly warn: (left: string) => void;
};

/** Objects deleted side by side. */
const AT_ONCE = 16;

/**
 * The table in which a trace collects what it finds: Athena infers its columns, and it goes when the trace ends. It is
 * the only thing that a trace writes.
 */
export class AthenaTraceTable {
  readonly name: string;
  readonly #options: TraceTableOptions;
  readonly #runs: AthenaRuns;
  /** Where we put it; undefined where the workgroup says. */
  readonly #location: string | undefined;
  #created: Promise<Ran> | undefined;
  #removed: Promise<void> | undefined;

  constructor(options: TraceTableOptions) {
    const { id, results } = options;
    this.#options = options;
    this.name = traceTable(id);
    this.#location = results === undefined ? undefined : traceLocation(results, id);
    this.#runs = new AthenaRuns(options);
  }

  /** Made once, with the columns of a SELECT. @throws AuditLakeError QUERY_FAILED, AWS_DENIED, AWS_FAILED */
  async create(select: string): Promise<void> {
    const sql = createTrace(this.name, select, this.#location);
    this.#created ??= this.#run(this.#runs, `making the result table ${this.name}`, sql);
    await this.#created;
  }

  /** Adds the rows of a SELECT, once. `what`: how messages call it. @throws AuditLakeError like `create` */
  insert(what: string, select: string): Promise<Ran> {
    return this.#run(this.#runs, what, insertInto(this.name, select));
  }

  /**
   * Stops what runs, drops the table and deletes what lies below its location, whatever became of it so far. What
   * cannot be removed is told, never thrown: it must not hide why a trace failed.
   */
  remove(): Promise<void> {
    this.#removed ??= this.#remove();
    return this.#removed;
  }

  async #remove(): Promise<void> {
    const { warn, database, workGroup } = this.#options;
    const next = `stop them in workgroup ${workGroup}`;
    await this.#runs.stop().catch((error: unknown) => {
      warn(`Queries of this trace may still run: ${messageOf(error)}; ${next}.`);
    });
    if (this.#created === undefined) return;
    const location = await this.#ownLocation().catch((error: unknown) => {
      warn(
        `Where table ${database}.${this.name} lies is not known, and what lies there stays: ${messageOf(error)}.`,
      );
      return undefined;
    });
    const drop = this.#run(new AthenaRuns(this.#options), `dropping ${this.name}`, dropTrace(this.name));
    await drop.catch((error: unknown) => {
      warn(`Table ${database}.${this.name} is left: ${messageOf(error)}. Remove it: ${dropTrace(this.name)}`);
    });
    if (location !== undefined) await this.#emptied(location);
  }

  #run(runs: AthenaRuns, what: string, sql: string): Promise<Ran> {
    mustBeOwnTable(sql, this.name);
    return runs.run({ what, sql, token: traceToken(this.name, sql) });
  }

  /** Nothing is deleted but below our own folder, or the one that Athena named after our statement. */
  async #ownLocation(): Promise<string | undefined> {
    if (this.#location !== undefined) return this.#location;
    const ran = await this.#created?.catch(() => undefined);
    const location = await this.#shownLocation();
    if (location === undefined) return undefined;
    const folder = location.endsWith('/') ? location : `${location}/`;
    if (ran && folder.endsWith(`/tables/${ran.id}/`)) return folder;
    throw new Error(`${location} does not bear the name of a query of this trace`);
  }

  async #shownLocation(): Promise<string | undefined> {
    const { glue, database } = this.#options;
    const command = new GetTableCommand({ DatabaseName: database, Name: this.name });
    try {
      return (await glue.send(command)).Table?.StorageDescriptor?.Location;
    } catch (error) {
      if (nameOf(error) === 'EntityNotFoundException') return undefined;
      throw awsError(error, { action: 'glue:GetTable', resource: `table ${database}.${this.name}` });
    }
  }

  async #emptied(location: string): Promise<void> {
    const { s3, expectedOwner, waiting, warn } = this.#options;
    const place = parsePlace(location);
    if (!place) return;
    const objects = new S3LakeObjects({ client: s3, place, expectedOwner, waiting });
    try {
      const names: string[] = [];
      for await (const { name } of objects.files('')) names.push(name);
      await sideBySide(names, AT_ONCE, (name) => objects.remove(name));
    } catch (error) {
      const next = `aws s3 rm --recursive ${location}`;
      warn(`What this trace found is left at ${location}: ${messageOf(error)}. Remove it: ${next}`);
    }
  }
}
