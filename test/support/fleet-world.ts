import { S3Archive } from '../../src/adapters/aws/s3-archive.js';
import { mustBePlace } from '../../src/adapters/aws/s3-place.js';
import { S3PlanStore } from '../../src/adapters/aws/s3-plan-store.js';
import { StepFunctionsFleet } from '../../src/adapters/aws/step-functions-fleet.js';
import type { Plan } from '../../src/backfill/plan.js';
import type { Scope } from '../../src/backfill/scope.js';
import { backfillStateMachine, FLEET_RESULTS, type FleetOptions } from '../../src/backfill/state-machine.js';
import { planBackfill } from '../../src/jobs/plan-backfill.js';
import type { LambdaContext } from '../../src/lambda/time-left.js';
import { FIVE_MINUTES, LAKE, LambdaWorld, SOURCE, STATE } from './lambda-world.ts';
import { EVERYTHING } from './scopes.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:111122223333:function:audit-lake-backfill';
const PLACE = { bucket: LAKE, prefix: 'audit' };
/** Nobody waits in a test. */
const WAITING = { pause: async () => undefined, random: () => 0.5 };

/** A plan that lies in the lake. */
export type MadePlan = { readonly plan: Plan; readonly location: string };

/**
 * A trail's bucket, a lake, a queue before the ingest handler, and a state machine before the backfill handler: all
 * that a backfill by others needs, over HTTP. Nothing runs before `work` and `drain`.
 */
export class FleetWorld {
  /** As settings name it. */
  static readonly stateMachine = 'arn:aws:states:us-east-1:111122223333:stateMachine:audit-lake-backfill';
  readonly lambda: LambdaWorld;
  readonly queueUrl: string;
  /** The fleet as the command line would open it. */
  readonly fleet: StepFunctionsFleet;
  /** Of each invocation of the backfill handler, the next first; five minutes where none is left. */
  readonly contexts: LambdaContext[] = [];

  private constructor(lambda: LambdaWorld) {
    this.lambda = lambda;
    const { sfn, sqs, clients } = lambda.aws;
    this.queueUrl = sqs.createQueue('audit-lake-ingest');
    sfn.functions.set(FUNCTION, (event) => lambda.backfill(event, this.contexts.shift() ?? FIVE_MINUTES));
    this.fleet = new StepFunctionsFleet({
      client: clients.sfn,
      s3: { client: clients.s3 },
      stateMachineArn: FleetWorld.stateMachine,
      results: { bucket: LAKE, prefix: `audit/${FLEET_RESULTS}` },
    });
  }

  /** What the command line needs to talk to the same AWS, about the same lake. */
  get env() {
    return {
      AWS_ENDPOINT_URL: this.lambda.endpoint,
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'none',
      AUDIT_LAKE_LAKE: `s3://${LAKE}/audit`,
      AUDIT_LAKE_STATE_TABLE: STATE,
      AUDIT_LAKE_STATE_MACHINE: FleetWorld.stateMachine,
      AUDIT_LAKE_QUEUE_URL: this.queueUrl,
    };
  }

  /** The settings are those of the handlers. */
  static async start(settings: { readonly [name: string]: string } = {}): Promise<FleetWorld> {
    const world = new FleetWorld(await LambdaWorld.start(settings));
    world.deploy();
    return world;
  }

  /** The state machine, as it is deployed; batches of three slices unless told otherwise. */
  deploy(options: Partial<FleetOptions> = {}): void {
    const definition = backfillStateMachine({
      functionArn: FUNCTION,
      concurrency: 4,
      batchSlices: 3,
      ...options,
    });
    this.lambda.aws.sfn.createStateMachine(FleetWorld.stateMachine, definition);
  }

  /** Plans what lies in the trail's bucket and writes the plan into the lake. */
  async plan(id: string, scope: Scope = EVERYTHING, sources = [`s3://${SOURCE}`]): Promise<MadePlan> {
    const { aws } = this.lambda;
    const client = aws.clients.s3;
    const places = sources.map(mustBePlace);
    const archive = new S3Archive({ client, places, lake: PLACE, now: aws.now, waiting: WAITING });
    const head = {
      ...{ id, made: aws.now(), lake: `s3://${LAKE}/audit`, sources, scope },
      ...{
        datasets: ['athena_events', 'cloudtrail_events'] as const,
        eventSources: 'all' as const,
        inventory: undefined,
      },
    };
    const { plan, slices } = await planBackfill({ archive, head, ledger: undefined });
    const store = new S3PlanStore({ client, place: PLACE, waiting: WAITING });
    return { plan, location: await store.write(plan, slices) };
  }

  /** Lets Step Functions work, until all that runs has ended or so many batches have. */
  async work(most: { readonly batches?: number } = {}): Promise<void> {
    await this.lambda.aws.sfn.work(most);
  }

  /** Hands the queue to the ingest handler until it is empty. */
  async drain(): Promise<void> {
    const { sqs } = this.lambda.aws;
    for (let polls = 0; sqs.bodies(this.queueUrl).length > 0; polls++) {
      if (polls > 10_000) throw new Error('the queue does not become empty');
      await sqs.poll(this.queueUrl, 10, (event) => this.lambda.ingest(event));
    }
  }

  async stop(): Promise<void> {
    await this.lambda.stop();
  }
}
