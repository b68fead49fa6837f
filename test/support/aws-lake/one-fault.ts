import { AwsLake } from './aws-lake.ts';
import type { AwsProcess, Fate } from './aws-process.ts';
import { ingest, type Message, reconcile, register, sweep } from './doors.ts';
import { faultsAtRest } from './lake-end.ts';
import { type LakeLogFile, lakeLogFile } from './lake-log-file.ts';
import type { Mutant } from './lake-mutants.ts';
import { LakeWatch } from './lake-watch.ts';

/** What may become of one effect. */
export const FATES = ['not done', 'done, response lost', 'crash before', 'crash after'] as const;

export type OneFault = {
  readonly seed: number;
  readonly catalog: 'athena' | 'glue';
  /** The effect of this number, counted from 0, meets this fate. */
  readonly fault?: { readonly at: number; readonly fate: Fate };
  readonly mutant?: Mutant;
};

const HOUR = 3_600_000;
/** And a little more. */
const LEASE = 620_000;
/** Registrar runs until everything must have come to rest: every lease and back-off ends within an hour. */
const MOST_RUNS = 30;

const records = (...services: readonly string[]) => services.map((service, at) => ({ service, day: at % 2 }));

/** A bundle of one day and of two, two log files in one message, and every other way a log file can end. */
const FILES = {
  first: lakeLogFile(1, records('athena', 's3')),
  second: lakeLogFile(2, records('s3', 'athena', 's3')),
  committed: lakeLogFile(3, records('athena')),
  staged: lakeLogFile(4, records('s3', 'athena')),
  forSweep: lakeLogFile(5, records('athena')),
  damaged: lakeLogFile(6, records('athena'), 'damaged'),
  empty: lakeLogFile(7, []),
  missing: lakeLogFile(8, records('athena'), 'missing'),
} as const;

/**
 * A day in the life of a small lake: of three workers that died before, one left a staged bundle and two a committed
 * one; then one ingest, one sweep, one registrar and one reconciler, of which one effect goes wrong; then what comes
 * by itself: messages that were not acknowledged, an hourly sweep, registrars.
 */
export class OneFaultDay {
  readonly lake: AwsLake;
  /** The names of the effects that may go wrong, in order. */
  readonly effects: string[] = [];
  readonly #watch: LakeWatch;
  readonly #options: OneFault;
  readonly #open = new Map<string, readonly LakeLogFile[]>();
  #count = 0;

  constructor(options: OneFault) {
    this.#options = options;
    this.lake = new AwsLake({ ...options, files: Object.values(FILES) });
    this.#watch = new LakeWatch(this.lake);
  }

  /** @throws where a promise is broken on the way. Gives what is wrong at the end. */
  async run(): Promise<readonly string[]> {
    await this.#before();
    await this.#sent(
      { id: 'm1', files: [FILES.first, FILES.second] },
      { id: 'm2', files: [FILES.committed] },
      { id: 'm3', files: [FILES.staged, FILES.empty] },
      { id: 'm4', files: [FILES.damaged] },
      { id: 'm5', files: [FILES.missing] },
    );
    await this.#alive('ingest', (process) => this.#deliver(process, 1));
    await this.#alive('sweep', (process) => sweep(this.lake, process));
    await this.#alive('register', (process) => register(this.lake, process));
    await this.#alive('reconcile', (process) => reconcile(this.lake, process));
    await this.#after();
    const countsStatements = this.#options.catalog === 'athena';
    return [...(await faultsAtRest(this.lake, { countsStatements })), ...this.#undelivered()];
  }

  async #before(): Promise<void> {
    const { committed, staged, forSweep } = FILES;
    await this.#dead([committed], 'dynamodb.TransactWriteItems commit');
    await this.#dead([staged], 's3.PutObject staged');
    await this.#dead([forSweep], 'dynamodb.TransactWriteItems commit');
    await this.#wait(2 * HOUR);
  }

  /** A registrar comes each minute: one takes over as soon as a lease has run out, while Athena remembers its token. */
  async #after(): Promise<void> {
    await this.#wait(LEASE);
    await this.#healthy('take over', (process) => register(this.lake, process));
    await this.#wait(2 * HOUR);
    await this.#sent({ id: 'm6', files: [FILES.forSweep] });
    await this.#healthy('ingest again', (process) => this.#deliver(process, 2));
    await this.#healthy('sweep again', (process) => sweep(this.lake, process));
    for (let run = 0; run < MOST_RUNS; run++) {
      await this.#wait(HOUR + 1);
      let pending = 1;
      await this.#healthy(`register again ${run}`, async (process) => {
        pending = (await register(this.lake, process))?.pending ?? 1;
      });
      if (pending === 0) break;
    }
    await this.#healthy('reconcile again', (process) => reconcile(this.lake, process));
  }

  async #sent(...messages: readonly { readonly id: string; readonly files: readonly LakeLogFile[] }[]) {
    for (const { id, files } of messages) this.#open.set(id, files);
  }

  async #deliver(process: AwsProcess, receiveCount: number): Promise<void> {
    const messages: Message[] = [...this.#open].map(([id, files]) => ({ id, files, receiveCount }));
    const { returned, missing, defects } = await ingest(this.lake, process, { messages });
    if (defects.length > 0) throw new Error(defects.join('; '));
    for (const { id, files } of messages) {
      if (returned.has(id)) continue;
      this.#open.delete(id);
      this.#watch.acknowledge(files, missing);
    }
  }

  #undelivered(): readonly string[] {
    return [...this.#open.keys()].filter((id) => id !== 'm4').map((id) => `${id} was never acknowledged`);
  }

  async #dead(files: readonly LakeLogFile[], last: string): Promise<void> {
    const process = this.lake.process({
      name: `dead after ${last}`,
      fateOf: (effect) => (effect === last ? 'crash after' : 'done'),
    });
    const messages = [{ id: 'lost', files, receiveCount: 1 }];
    await this.#during(process.live(() => ingest(this.lake, process, { messages })));
  }

  #alive(name: string, action: (process: AwsProcess) => Promise<unknown>): Promise<void> {
    const { fraction } = this.lake.random;
    const fateOf = (effect: string): Fate => {
      this.effects.push(`${name}: ${effect}`);
      const { fault } = this.#options;
      return this.#count++ === fault?.at ? fault.fate : 'done';
    };
    const process = this.lake.process({ name, fateOf, latency: () => fraction() * 20 });
    return this.#during(process.live(() => action(process)));
  }

  #healthy(name: string, action: (process: AwsProcess) => Promise<unknown>): Promise<void> {
    const process = this.lake.process({ name });
    return this.#during(process.live(() => action(process)));
  }

  #wait(millis: number): Promise<void> {
    return this.#during(this.lake.time.pass(millis));
  }

  /** Until it has ended, or its process is gone. */
  async #during(action: Promise<unknown>): Promise<void> {
    let failure: unknown;
    action.catch((error: unknown) => {
      failure = error;
    });
    await this.lake.time.run(() => this.#watch.look());
    await action.catch(() => undefined);
    if (failure !== undefined) throw failure;
  }
}
