import { AuditLakeError } from '../../src/errors.js';
import type { LogReader } from '../../src/ports/log-source.js';
import { Chaos, Crash, type Fault } from './chaos.ts';
import { type MadeLogFile, makeLogFile, truthOf } from './log-files.ts';
import { MemoryLogSource } from './memory-log-source.ts';
import { surplus } from './multiset.ts';
import { type LakeBug, StagedLake } from './staged-lake.ts';

/** What others may do between two steps of a worker. */
export const MEANWHILE = [
  'nothing',
  'a rival',
  'a rival, then the sources vanish',
  'a seal',
  'a seal, and its end before any redelivery',
  'a compaction',
  'a sweep hours later',
] as const;
export type Meanwhile = (typeof MEANWHILE)[number];

/** A worker takes some log files; before its n-th effect something else happens, and at one effect it fails. */
export type Story = {
  readonly bug?: LakeBug | undefined;
  readonly meanwhile: Meanwhile;
  readonly before: number;
  readonly fault?: Fault;
};

const FIRST = makeLogFile(0, [{ service: 's3', day: 0 }]);
const TAKEN = [
  makeLogFile(1, [{ service: 's3', day: 0 }]),
  makeLogFile(2, [
    { service: 's3', day: 0 },
    { service: 's3', day: 1 },
  ]),
];
const ALL = [FIRST, ...TAKEN];
const TRUTH = truthOf(ALL, ['cloudtrail_events']);
const HOURS = 2 * 3_600_000;

/** How a story breaks a promise of the protocol, and after what; undefined where it keeps all of them. */
export async function breachOf(story: Story): Promise<string | undefined> {
  const telling = new Telling(story);
  try {
    await telling.run();
    return undefined;
  } catch (error) {
    if (error instanceof Error && /^[A-Z ]+: /.test(error.message)) return error.message;
    throw error;
  }
}

/** The effects of a worker that nothing befalls but this. */
export async function effectsOf(meanwhile: Meanwhile, before = 0): Promise<readonly string[]> {
  const telling = new Telling({ meanwhile, before });
  await telling.run();
  return telling.chaos.effects;
}

class Telling {
  readonly chaos: Chaos;
  readonly #story: Story;
  readonly #lake: StagedLake;
  readonly #source = new MemoryLogSource(ALL);
  #hasHappened = false;
  #haveVanished = false;
  #seen: readonly string[] = [];

  constructor(story: Story) {
    this.#story = story;
    this.#lake = new StagedLake(story.bug);
    const turn = () => this.#turn();
    this.chaos = new Chaos({ turn, ...(story.fault && { fault: story.fault }) });
  }

  async run(): Promise<void> {
    await this.#deliver([FIRST], 'before');
    await this.#deliver(TAKEN, 'the worker', this.chaos);
    this.#haveVanished = false;
    if (this.#story.meanwhile.endsWith('redelivery')) await this.#lake.compact();
    await this.#look('the end of the seal');
    await this.#deliver(TAKEN, 'redelivery');
    await this.#lake.compact();
    await this.#look('compaction');
    this.#lake.objects.now += HOURS;
    await this.#lake.worker().sweep();
    await this.#look('sweep');
    await this.#end();
  }

  async #turn(): Promise<void> {
    const { meanwhile, before } = this.#story;
    if (this.#hasHappened || this.chaos.effects.length < before) return;
    this.#hasHappened = true;
    if (meanwhile.startsWith('a rival')) await this.#deliver(TAKEN, 'rival');
    if (meanwhile.endsWith('vanish')) this.#haveVanished = true;
    if (meanwhile.startsWith('a seal')) this.#lake.seal();
    if (meanwhile === 'a compaction') await this.#lake.compact();
    if (meanwhile === 'a sweep hours later') {
      this.#lake.objects.now += HOURS;
      await this.#lake.worker().sweep();
    }
    await this.#look(meanwhile);
  }

  /** P-3: what is acknowledged is visible from then on. */
  async #deliver(files: readonly MadeLogFile[], who: string, chaos = new Chaos()): Promise<void> {
    const acknowledged = await this.#acknowledged(files, chaos);
    const rows = await this.#look(who);
    const hidden = surplus(truthOf(acknowledged, ['cloudtrail_events']), rows);
    if (hidden.length > 0) throw new Error(`INVISIBLE: ${hidden.length} acknowledged rows after ${who}`);
  }

  async #acknowledged(files: readonly MadeLogFile[], chaos: Chaos): Promise<readonly MadeLogFile[]> {
    try {
      const delivered = await this.#lake.worker(chaos).deliver(files, this.#reader(chaos === this.chaos));
      return delivered.acknowledged.flatMap((id) => files[Number(id.slice(1))] ?? []);
    } catch (error) {
      if (error instanceof Crash) return [];
      throw error;
    }
  }

  #reader(mayVanish: boolean): LogReader {
    return {
      read: async (location) => {
        if (mayVanish && this.#haveVanished) throw new AuditLakeError('LOG_FILE_MISSING', location);
        return this.#source.read(location);
      },
    };
  }

  /** P-1, P-4: each row once at most, nothing uncommitted, and what was visible stays so. */
  async #look(when: string): Promise<readonly string[]> {
    const rows = await this.#lake.rows();
    if (surplus(rows, TRUTH).length > 0) throw new Error(`DUPLICATE: after ${when}`);
    if (surplus(this.#seen, rows).length > 0) throw new Error(`VANISHED: after ${when}`);
    this.#seen = rows;
    return rows;
  }

  /** Ingest and sweep alone lead to the finished lake. */
  async #end(): Promise<void> {
    for (const files of [[FIRST], TAKEN]) await this.#deliver(files, 'the last redelivery');
    const rows = await this.#look('all');
    if (rows.length < TRUTH.length) throw new Error(`STUCK: ${rows.length} of ${TRUTH.length} rows`);
    const staged = await this.#lake.staged();
    if (staged.length > 0) throw new Error(`STUCK: ${staged.length} bundles are still staged`);
  }
}
