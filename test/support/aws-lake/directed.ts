import { AwsLake } from './aws-lake.ts';
import type { AwsProcess, Circumstances } from './aws-process.ts';
import { ingest, sweep } from './doors.ts';
import { lakeLogFile } from './lake-log-file.ts';
import type { Mutant } from './lake-mutants.ts';
import { dataObjects } from './lake-objects.ts';
import { LakeWatch } from './lake-watch.ts';

export const COMMIT = 'dynamodb.TransactWriteItems commit';
export const LOG_FILE = lakeLogFile(1, [{ service: 's3', day: 0 }], 'gone');

/** One log file, one message, and processes whose luck is written down instead of drawn. */
export class DirectedLake {
  readonly lake: AwsLake;
  readonly #watch: LakeWatch;
  #failure: unknown;

  constructor(mutant?: Mutant) {
    this.lake = new AwsLake({ seed: 1, catalog: 'athena', files: [LOG_FILE], mutant });
    this.#watch = new LakeWatch(this.lake);
  }

  /** After so many milliseconds somebody ingests the message. Gives the rows that are visible when it is acknowledged. */
  async ingest(after: number, circumstances: Circumstances): Promise<readonly string[] | undefined> {
    const messages = [{ id: 'm1', files: [LOG_FILE], receiveCount: 1 }];
    const life = await this.#after(after, circumstances, (process) =>
      ingest(this.lake, process, { messages }),
    );
    if (life.kind === 'crashed' || life.result.returned.size > 0) return undefined;
    this.#watch.acknowledge([LOG_FILE], life.result.missing);
    return (await dataObjects(this.lake)).flatMap(({ rows }) => rows);
  }

  async sweep(after: number): Promise<void> {
    await this.#after(after, { name: 'sweeper' }, (process) => sweep(this.lake, process));
  }

  /** @throws where a promise is broken */
  async run(...actions: readonly Promise<unknown>[]): Promise<void> {
    for (const action of actions) {
      action.catch((error: unknown) => {
        this.#failure ??= error;
      });
    }
    await this.lake.time.run(() => this.#watch.look());
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #after<T>(millis: number, circumstances: Circumstances, action: (process: AwsProcess) => Promise<T>) {
    await this.lake.time.pass(millis);
    const process = this.lake.process(circumstances);
    return process.live(() => action(process));
  }
}
