import { AthenaDouble } from './athena-double.ts';
import { type AwsCall, type AwsRequest, type Fault, Faults, type Keys, type Outcome } from './aws-call.ts';
import { type AwsClients, type ClientPlace, clientsOf } from './aws-clients.ts';
import { AwsError, ConnectionLost, denied } from './aws-error.ts';
import { HOME_REGION, type Principal, partitionOf, userOf } from './aws-keys.ts';
import { CloudFormationDouble } from './cloudformation-double.ts';
import { CloudTrailDouble } from './cloudtrail-double.ts';
import { CloudWatchDouble } from './cloudwatch-double.ts';
import { DynamoDbDouble } from './dynamodb-double.ts';
import { GlueDouble } from './glue-double.ts';
import { LambdaDouble } from './lambda-double.ts';
import { type Operation, perform } from './operations.ts';
import { S3Double } from './s3-double.ts';
import { SnsDouble } from './sns-double.ts';
import { SqsDouble } from './sqs-double.ts';
import { StepFunctionsDouble } from './step-functions-double.ts';
import { StsDouble } from './sts-double.ts';

export type WorldOptions = {
  /** Milliseconds since 1970. The world has no clock and no timer of its own. */
  readonly now?: () => number;
  /** The account of the caller, which owns what it makes. */
  readonly account?: string;
  /** The Region of the caller. Without it, `athena` answers in every Region of that account. */
  readonly region?: string;
};

/** The AWS services that we use, in memory, strict and linearizable: see README.md. */
export class AwsWorld {
  now: () => number;
  readonly s3: S3Double;
  readonly dynamodb: DynamoDbDouble;
  readonly glue: GlueDouble;
  /** That of the home account and Region. */
  readonly athena: AthenaDouble;
  readonly sts: StsDouble;
  readonly sfn: StepFunctionsDouble;
  readonly sqs: SqsDouble;
  readonly sns = new SnsDouble();
  readonly lambda = new LambdaDouble();
  readonly cloudformation = new CloudFormationDouble();
  readonly cloudwatch = new CloudWatchDouble();
  /** To be used where the code under test takes clients of the SDK. They do not retry. */
  readonly clients: AwsClients;
  /** Every call that arrived, also those that a fault met; bodies are left out. */
  readonly calls: AwsCall[] = [];
  readonly account: string;
  /** May be set until somebody asks for a place in the home account. */
  region: string | undefined;
  readonly #faults = new Faults();
  readonly #athenas = new Map<string, AthenaDouble>();
  readonly #cloudtrails = new Map<string, CloudTrailDouble>();
  readonly #clock = () => this.now();

  constructor({ now = () => Date.UTC(2026, 0, 9, 12), account = '111122223333', region }: WorldOptions = {}) {
    this.now = now;
    this.account = account;
    this.region = region;
    const clock = this.#clock;
    this.s3 = new S3Double({ now: clock, account });
    this.dynamodb = new DynamoDbDouble({ now: clock });
    this.glue = new GlueDouble({ now: clock, account });
    this.athena = new AthenaDouble({ now: clock, glue: this.glue });
    this.sts = new StsDouble({ now: clock, home: () => this.#home() });
    this.sfn = new StepFunctionsDouble({ now: clock, s3: this.s3 });
    this.sqs = new SqsDouble({ now: clock });
    this.clients = clientsOf(this);
  }

  /** The Athena of an account and Region. @throws Error for the home account while `region` is not known */
  athenaIn(account: string, region: string): AthenaDouble {
    if (account === this.account && this.region === undefined)
      throw new Error('Name the home Region first: new AwsWorld({ region }) or world.region = ...');
    return this.#athenaAt(account, region);
  }

  /** The event history of an account and Region. */
  cloudtrailIn(account: string, region: string): CloudTrailDouble {
    return madeOnce(
      this.#cloudtrails,
      `${account} ${region}`,
      () => new CloudTrailDouble({ now: this.#clock }),
    );
  }

  /** Clients with other keys, or for another Region, or both. They do not retry. */
  clientsAs({ account, ...place }: ClientPlace & { readonly account?: string }): AwsClients {
    const credentials = account === undefined ? place.credentials : this.sts.keysOf(account);
    return clientsOf(this, { ...place, ...(credentials && { credentials }) });
  }

  /** Lets calls fail: the next one that fits, or so many, or all (`Infinity`) until the fault is stopped. */
  fail(fits: (call: AwsCall) => boolean, outcome: Outcome, { times = 1 } = {}): Fault {
    return this.#faults.add(fits, outcome, times);
  }

  /** How often an operation was called. */
  count(operation: string): number {
    return this.calls.filter((call) => call.operation === operation).length;
  }

  /**
   * One call from its arrival to its answer, in one synchronous step; of a function that is invoked the answer is a
   * promise. @throws AwsError, ConnectionLost
   */
  answer({ signed = {}, ...request }: AwsRequest): unknown {
    const { region = this.region ?? HOME_REGION, keys } = signed;
    const call = { ...request, account: this.sts.accountOf(keys), region };
    const { Body: _, ...noted } = call.input;
    this.calls.push({ ...call, input: structuredClone(noted) });
    const outcome = this.#faults.meet(call) ?? {};
    if (typeof outcome === 'function') throw outcome(call);
    if (outcome instanceof AwsError) throw outcome;
    if (outcome === 'not done') throw new ConnectionLost();
    const mishap = typeof outcome === 'string' ? {} : outcome;
    const output = this.#perform(call, mishap, keys);
    if (outcome === 'done, response lost') throw new ConnectionLost();
    return output;
  }

  #perform(call: AwsCall, mishap: object, keys: Keys | undefined): unknown {
    for (const athena of [this.athena, ...this.#athenas.values()]) athena.advance();
    this.sts.admit(call, keys);
    const { operations, denied: isDenied = false }: Double = this.#doubleOf(call);
    if (isDenied) throw denied(call);
    if (call.service === 's3') this.s3.admit(call);
    const { operation: name, input, account, region } = call;
    return perform(operations, { name, input, mishap, caller: { account, region, keys } });
  }

  #doubleOf({ service, account, region }: AwsCall): Double {
    if (service === 'athena') return this.#athenaAt(account, region);
    return service === 'cloudtrail' ? this.cloudtrailIn(account, region) : this[service];
  }

  #athenaAt(account: string, region: string): AthenaDouble {
    if (account === this.account && region === (this.region ?? region)) return this.athena;
    return madeOnce(this.#athenas, `${account} ${region}`, () => {
      const glue = new GlueDouble({ now: this.#clock, account });
      return new AthenaDouble({ now: this.#clock, glue });
    });
  }

  /** Who calls with keys that nobody handed out. */
  #home(): Principal {
    return { ...userOf(this.account), partition: this.region && partitionOf(this.region) };
  }
}

type Double = { readonly operations: { readonly [name: string]: Operation }; readonly denied?: boolean };

function madeOnce<Made>(all: Map<string, Made>, name: string, make: () => Made): Made {
  const made = all.get(name) ?? make();
  all.set(name, made);
  return made;
}
