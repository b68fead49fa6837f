import type { Outcome, ServiceName } from '../aws/aws-call.ts';
import type { AwsClients } from '../aws/aws-clients.ts';
import type { AwsWorld } from '../aws/aws-world.ts';
import { type AwsCommand, effectName, subjectOf } from './effect-name.ts';
import type { VirtualTime } from './virtual-time.ts';

/**
 * What becomes of an effect. After a crash nothing that the process still wants has an effect. `behind`: a read that
 * need not be consistent knows of nothing yet.
 */
export type Fate = 'done' | 'crash before' | 'crash after' | 'behind' | Outcome;

/** What differs from process to process. */
export type Circumstances = {
  readonly name: string;
  /** Milliseconds by which its clock is wrong. */
  readonly skew?: number;
  readonly fateOf?: (effect: string, command: AwsCommand) => Fate;
  /** Milliseconds until an effect happens. */
  readonly latency?: (effect: string) => number;
  /** From 0 to 1: the jitter of its waiting. */
  readonly random?: () => number;
  /** A planted bug: what is sent in place of a command. */
  readonly send?: (command: AwsCommand, send: (command: AwsCommand) => Promise<unknown>) => Promise<unknown>;
};

/** What a process came to: its result, or nothing, since it is gone. */
export type Life<T> = { readonly kind: 'lived'; readonly result: T } | { readonly kind: 'crashed' };

/** A process that calls AWS. Each call is an effect with a name, and happens when its time comes. */
export class AwsProcess {
  readonly clients: AwsClients;
  readonly name: string;
  readonly waiting: { readonly pause: (millis: number) => Promise<void>; readonly random: () => number };
  readonly #world: AwsWorld;
  readonly #time: VirtualTime;
  readonly #circumstances: Circumstances;
  readonly #death: Promise<Life<never>>;
  #isDead = false;
  #die: () => void = () => undefined;

  constructor(world: AwsWorld, time: VirtualTime, circumstances: Circumstances) {
    this.#world = world;
    this.#time = time;
    this.#circumstances = circumstances;
    this.name = circumstances.name;
    this.#death = new Promise((resolve) => {
      this.#die = () => resolve({ kind: 'crashed' });
    });
    this.waiting = {
      pause: (millis) => this.#wait(millis),
      random: circumstances.random ?? (() => 0.5),
    };
    this.clients = this.#clients();
  }

  /** Milliseconds since 1970, as this process believes. */
  readonly now = (): number => Math.floor(this.#time.now + (this.#circumstances.skew ?? 0));

  live<T>(action: () => Promise<T>): Promise<Life<T>> {
    const life = async (): Promise<Life<T>> => ({ kind: 'lived', result: await action() });
    return Promise.race([life(), this.#death]);
  }

  #clients(): AwsClients {
    const { send = (command, next) => next(command) } = this.#circumstances;
    const client = (service: ServiceName) =>
      // The same cast as in clientsOf: these clients have nothing but `send`.
      ({ send: (command: AwsCommand) => send(command, (it) => this.#effect(service, it)) }) as never;
    return {
      s3: client('s3'),
      dynamodb: client('dynamodb'),
      athena: client('athena'),
      glue: client('glue'),
      cloudtrail: client('cloudtrail'),
      sts: client('sts'),
      sfn: client('sfn'),
      sqs: client('sqs'),
      sns: client('sns'),
      lambda: client('lambda'),
      cloudformation: client('cloudformation'),
      cloudwatch: client('cloudwatch'),
    };
  }

  async #effect(service: ServiceName, command: AwsCommand): Promise<unknown> {
    const name = effectName(service, command);
    await this.#wait(this.#circumstances.latency?.(name) ?? 1);
    const fate = this.#circumstances.fateOf?.(name, command) ?? 'done';
    this.#time.note(`${this.name} ${name} ${subjectOf(command)}: ${wordsOf(fate)}`);
    if (fate === 'crash before') return this.#crash();
    if (fate === 'behind') return { Responses: {} };
    if (fate !== 'done' && fate !== 'crash after') this.#world.fail(() => true, fate);
    const client: { send(command: AwsCommand): Promise<unknown> } = this.#world.clients[service];
    const answer = client.send(command);
    if (fate !== 'crash after') return answer;
    await answer.catch(() => undefined);
    return this.#crash();
  }

  async #wait(millis: number): Promise<void> {
    await this.#time.pass(millis);
    if (this.#isDead) await never();
  }

  /** The process is gone: whoever waits for this, waits for ever. */
  #crash(): Promise<never> {
    this.#isDead = true;
    this.#die();
    return never();
  }
}

const never = (): Promise<never> => new Promise(() => undefined);

function wordsOf(fate: Fate): string {
  if (typeof fate === 'string') return fate;
  if (typeof fate === 'function') return `refused (${fate.name})`;
  return fate instanceof Error ? fate.name : JSON.stringify(fate);
}
