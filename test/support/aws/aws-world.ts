import { AthenaDouble } from './athena-double.ts';
import { type AwsCall, type Fault, Faults, type Outcome, type ServiceName } from './aws-call.ts';
import { type AwsClients, clientsOf } from './aws-clients.ts';
import { AwsError, ConnectionLost } from './aws-error.ts';
import { DynamoDbDouble } from './dynamodb-double.ts';
import { GlueDouble } from './glue-double.ts';
import { type Operation, perform } from './operations.ts';
import { S3Double } from './s3-double.ts';
import { StsDouble } from './sts-double.ts';

export type WorldOptions = {
  /** Milliseconds since 1970. The world has no clock and no timer of its own. */
  readonly now?: () => number;
  /** The account of the caller, which owns what it makes. */
  readonly account?: string;
};

/** The AWS services that we use, in memory, strict and linearizable: see README.md. */
export class AwsWorld {
  now: () => number;
  readonly s3: S3Double;
  readonly dynamodb: DynamoDbDouble;
  readonly glue: GlueDouble;
  readonly athena: AthenaDouble;
  readonly sts: StsDouble;
  /** To be used where the code under test takes clients of the SDK. They do not retry. */
  readonly clients: AwsClients;
  /** Every call that arrived, also those that a fault met; bodies are left out. */
  readonly calls: AwsCall[] = [];
  readonly #faults = new Faults();

  constructor({ now = () => Date.UTC(2026, 0, 9, 12), account = '111122223333' }: WorldOptions = {}) {
    this.now = now;
    const clock = () => this.now();
    this.s3 = new S3Double({ now: clock, account });
    this.dynamodb = new DynamoDbDouble({ now: clock });
    this.glue = new GlueDouble({ now: clock, account });
    this.athena = new AthenaDouble({ now: clock, glue: this.glue });
    this.sts = new StsDouble({ account });
    this.clients = clientsOf(this);
  }

  /** Lets calls fail: the next one that fits, or so many, or all (`Infinity`) until the fault is stopped. */
  fail(fits: (call: AwsCall) => boolean, outcome: Outcome, { times = 1 } = {}): Fault {
    return this.#faults.add(fits, outcome, times);
  }

  /** How often an operation was called. */
  count(operation: string): number {
    return this.calls.filter((call) => call.operation === operation).length;
  }

  /** One call from its arrival to its answer, in one synchronous step. @throws AwsError, ConnectionLost */
  answer(call: AwsCall): unknown {
    const { Body: _, ...noted } = call.input;
    this.calls.push({ ...call, input: structuredClone(noted) });
    const outcome = this.#faults.meet(call) ?? {};
    if (typeof outcome === 'function') throw outcome(call);
    if (outcome instanceof AwsError) throw outcome;
    if (outcome === 'not done') throw new ConnectionLost();
    const mishap = typeof outcome === 'string' ? {} : outcome;
    const output = this.#perform(call, mishap);
    if (outcome === 'done, response lost') throw new ConnectionLost();
    return output;
  }

  #perform(call: AwsCall, mishap: object): unknown {
    this.athena.advance();
    return perform(this.#operations(call.service), { name: call.operation, input: call.input, mishap });
  }

  #operations(service: ServiceName): { readonly [name: string]: Operation } {
    return this[service].operations;
  }
}
