import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { partKey } from '../../../src/adapters/aws/dynamodb-part.js';
import { createRandom, type Random } from '../../../src/demo/random.js';
import { AwsLake, SOURCE, STATE } from './aws-lake.ts';
import type { AwsProcess } from './aws-process.ts';
import { badLuck, latency } from './bad-luck.ts';
import { ingest, type Message, reconcile, register, sweep } from './doors.ts';
import { faultsAtRest } from './lake-end.ts';
import { itemsOf } from './lake-items.ts';
import type { LakeLogFile } from './lake-log-file.ts';
import type { Climate, Mutant } from './lake-mutants.ts';
import { LakeWatch } from './lake-watch.ts';
import { RedeliveringQueue } from './redelivering-queue.ts';
import { drawDeliveries, drawFiles } from './small-trail.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
/** From here on nothing goes wrong any more, so that an end comes. */
const CALM = 20 * DAY;
const WORKERS = 6;
const REGISTRARS = 2;
const MOST_RUNS = 30;
const FOR_EVER = 1_000 * DAY;

export type SimulationOptions = { readonly seed: number; readonly mutant?: Mutant | undefined };

const drawClimate = ({ between }: Random): Climate => ({
  isSleepy: between(0, 3) === 0,
  isSealing: between(0, 3) === 0,
});

/**
 * One small lake over two weeks and more, everything drawn from a seed: six workers on one queue, two registrars, a
 * sweeper, a reconciler, somebody who seals partitions as a compaction would, clocks that are wrong by up to an hour,
 * AWS that fails, processes that die or sleep.
 */
export class Simulation {
  readonly lake: AwsLake;
  readonly #queue: RedeliveringQueue;
  readonly #watch: LakeWatch;
  readonly #start: number;
  /** Athena may forget tokens soon: then a statement may be run twice, and does no harm. */
  readonly #isForgetful: boolean;
  readonly #climate: Climate;
  readonly #catalog: 'athena' | 'glue';
  #failure: unknown;
  #processes = 0;

  constructor(options: SimulationOptions) {
    const random = createRandom(options.seed);
    const files = drawFiles(random);
    this.#catalog = random.pick(['athena', 'athena', 'glue']);
    this.#isForgetful = random.between(0, 3) === 0;
    this.#climate = { ...drawClimate(random), ...options.mutant?.climate };
    this.lake = new AwsLake({ ...options, catalog: this.#catalog, files });
    this.#start = this.lake.time.now;
    this.#queue = new RedeliveringQueue(drawDeliveries(files, { random, start: this.#start }));
    this.#watch = new LakeWatch(this.lake);
    const { athena } = this.lake.world;
    const [queued, running] = [
      random.fraction() * 5 * SECOND,
      random.fraction() * (this.#climate.isSealing ? 2 : 90) * SECOND,
    ];
    athena.pace = { by: 'ms', queued, running };
    athena.tokenMemoryMs = this.#isForgetful ? SECOND : FOR_EVER;
    for (const file of files) if (file.nature === 'gone') this.#spawn(() => this.#vanish(file));
  }

  /** @throws where a promise is broken on the way. Gives what is wrong at the end. */
  async run(): Promise<readonly string[]> {
    for (let n = 0; n < WORKERS; n++) this.#spawn(() => this.#work(`worker ${n}`));
    const { isSealing } = this.#climate;
    const gaps = [SECOND, ...(isSealing ? [5 * SECOND] : [60 * SECOND, HOUR, 2 * DAY])] as const;
    for (let n = 0; n < REGISTRARS; n++) this.#repeat(`registrar ${n}`, register, gaps);
    this.#repeat('sweeper', sweep, [600 * SECOND, HOUR, DAY]);
    this.#repeat('reconciler', reconcile, [HOUR, 2 * DAY]);
    if (isSealing) this.#repeat('sealer', seal, [SECOND, 10 * SECOND]);
    await this.#passTime();
    await this.#comeToRest();
    const countsStatements = this.#catalog === 'athena' && !this.#isForgetful;
    return faultsAtRest(this.lake, { countsStatements });
  }

  async #comeToRest(): Promise<void> {
    await this.#after(2 * HOUR, 'redrive', (process) => this.#deliver(process, this.#queue.dead()));
    await this.#after(2 * HOUR, 'sweep', (process) => sweep(this.lake, process));
    for (let pending = 1, run = 0; pending > 0 && run < MOST_RUNS; run++) {
      await this.#after(HOUR, 'register', async (process) => {
        pending = (await register(this.lake, process))?.pending ?? 1;
      });
    }
    await this.#after(HOUR, 'reconcile', (process) => reconcile(this.lake, process));
  }

  async #after(
    millis: number,
    name: string,
    action: (process: AwsProcess) => Promise<unknown>,
  ): Promise<void> {
    this.#spawn(async () => {
      await this.lake.time.pass(millis);
      const process = this.lake.process({ name: `${name} ${this.#processes++}` });
      await process.live(() => action(process));
    });
    await this.#passTime();
  }

  /** A worker takes batches until the queue is empty for good. */
  async #work(name: string): Promise<void> {
    const { random, time } = this.lake;
    for (let nextAt = this.#queue.nextAt(); nextAt !== undefined; nextAt = this.#queue.nextAt()) {
      await time.pass(nextAt - time.now + random.fraction() * 200);
      const messages = this.#queue.receive(time.now, random.between(1, 6));
      if (messages.length === 0) continue;
      const process = this.#process(name);
      const life = await process.live(() => this.#deliver(process, messages));
      if (life.kind === 'crashed') await time.pass(random.fraction() * 10 * SECOND);
    }
  }

  async #deliver(process: AwsProcess, messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return;
    const { returned, missing, defects } = await ingest(this.lake, process, { messages });
    if (defects.length > 0) throw new Error(`DEFECT: ${defects.join('; ')}`);
    for (const message of messages) {
      if (returned.has(message.id)) this.#queue.handBack(message);
      else {
        this.#queue.delete(message);
        this.#watch.acknowledge(message.files, missing);
      }
    }
  }

  /** Does something again and again, ever more seldom, as a process of its own each time, until the queue is empty. */
  #repeat(
    name: string,
    action: (lake: AwsLake, process: AwsProcess) => Promise<unknown>,
    gaps: readonly [number, ...number[]],
  ): void {
    const { random, time } = this.lake;
    this.#spawn(async () => {
      while (this.#queue.nextAt() !== undefined) {
        const age = time.now - this.#start;
        await time.pass(random.fraction() * Math.max(random.pick(gaps), age / 4));
        const process = this.#process(name);
        await process.live(() => action(this.lake, process));
      }
    });
  }

  #process(name: string): AwsProcess {
    const { random, time } = this.lake;
    const isCalm = () => time.now > this.#start + CALM;
    return this.lake.process({
      name: `${name}.${this.#processes++}`,
      skew: (random.fraction() - 0.5) * 2 * HOUR,
      fateOf: (effect) => (isCalm() ? 'done' : badLuck(effect, random)),
      latency: () => latency(random, { isSleepy: this.#climate.isSleepy && /^worker/.test(name) }),
    });
  }

  async #vanish({ key }: LakeLogFile): Promise<void> {
    const { random, time, world } = this.lake;
    await time.pass(random.fraction() * random.pick([SECOND, HOUR]));
    time.note(`${key} vanishes`);
    world.s3.remove(SOURCE, key);
  }

  #spawn(action: () => Promise<void>): void {
    action().catch((error: unknown) => {
      this.#failure ??= error;
    });
  }

  async #passTime(): Promise<void> {
    await this.lake.time.run(async () => {
      if (this.#failure !== undefined) throw this.#failure;
      await this.#watch.look();
    });
  }
}

/** Step 1 of a compaction (protocol 4.4), of one partition: from here on commits go to the next generation. */
async function seal(lake: AwsLake, process: AwsProcess): Promise<void> {
  const open = itemsOf(lake).parts.find(
    ({ visible, writing, registration }) => visible === writing && registration === 'REGISTERED',
  );
  if (!open) return;
  const command = new UpdateItemCommand({
    TableName: STATE,
    Key: partKey(open),
    UpdateExpression: 'SET w = :one, sealed = n, n = :zero',
    ConditionExpression: 'w = :zero AND reg = :registered',
    ExpressionAttributeValues: {
      ...{ ':zero': { N: '0' }, ':one': { N: '1' } },
      ':registered': { S: 'REGISTERED' },
    },
  });
  await process.clients.dynamodb.send(command).catch(() => undefined);
}
