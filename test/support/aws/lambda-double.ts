import type {
  GetEventSourceMappingCommandInput,
  GetFunctionConfigurationCommandInput,
  InvokeCommandInput,
} from '@aws-sdk/client-lambda';
import { AwsError } from './aws-error.ts';
import { operation } from './operations.ts';

/** What a function does with an event: what it throws is a function error. */
export type Handle = (event: unknown) => Promise<unknown>;
type Shown = {
  readonly State?: string;
  readonly StateReason?: string;
  readonly LastUpdateStatus?: string;
  readonly LastUpdateStatusReason?: string;
};
type Deployed = { handle: Handle; shown: Shown };

/** Most bytes of an event, and of an answer. */
const MOST_BYTES = 6 * 1024 * 1024;
const HEALTHY: Shown = { State: 'Active', LastUpdateStatus: 'Successful' };

/** Lambda: functions that run in this process, one at a time. */
export class LambdaDouble {
  /** The function that runs now: calls that arrive meanwhile are its own. */
  running: string | undefined;
  readonly #functions = new Map<string, Deployed>();
  readonly #mappings = new Map<string, string>();

  readonly operations = {
    GetFunctionConfiguration: operation<GetFunctionConfigurationCommandInput>(
      ['FunctionName'],
      ({ FunctionName = '' }) => ({ FunctionName, ...this.#function(FunctionName).shown }),
    ),
    GetEventSourceMapping: operation<GetEventSourceMappingCommandInput>(['UUID'], ({ UUID = '' }) => {
      const State = this.#mappings.get(UUID);
      if (State === undefined) throw missing('The resource you requested does not exist.');
      return { UUID, State };
    }),
    Invoke: operation<InvokeCommandInput>(['FunctionName', 'Payload'], (input) => this.#invoke(input)),
  };

  /** Makes a function, or lets it do something else. */
  setFunction(name: string, handle: Handle, shown: Shown = HEALTHY): void {
    this.#functions.set(name, { handle, shown });
  }

  /** What AWS tells of a function from now on. */
  show(name: string, shown: Shown): void {
    this.#function(name).shown = { ...HEALTHY, ...shown };
  }

  setMapping(id: string, state: string): void {
    this.#mappings.set(id, state);
  }

  #function(name: string): Deployed {
    const found = this.#functions.get(name);
    if (found) return found;
    throw missing(`Function not found: ${name}`);
  }

  /** An event and an answer travel as JSON. */
  async #invoke({ FunctionName = '', Payload }: InvokeCommandInput) {
    const { handle, shown } = this.#function(FunctionName);
    if (shown.State !== 'Active')
      throw new AwsError('ResourceConflictException', `${shown.State}`, { status: 409 });
    if (this.running !== undefined) throw new Error(`The AWS double is running ${this.running}`);
    const event: unknown = JSON.parse(Buffer.from(bytesOf(Payload)).toString());
    this.running = FunctionName;
    try {
      return answered(await handle(event));
    } catch (error) {
      const { name: errorType, message: errorMessage } =
        error instanceof Error ? error : new Error(String(error));
      return { ...answered({ errorType, errorMessage, trace: [] }), FunctionError: 'Unhandled' };
    } finally {
      this.running = undefined;
    }
  }
}

function answered(answer: unknown) {
  const payload = Buffer.from(JSON.stringify(answer ?? null));
  if (payload.length > MOST_BYTES) throw new AwsError('ResponseSizeTooLarge', 'exceeded maximum size');
  return { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: new Uint8Array(payload) };
}

function bytesOf(payload: unknown): Uint8Array {
  if (payload instanceof Uint8Array) return payload;
  throw new Error('The AWS double takes a payload as bytes');
}

const missing = (message: string) => new AwsError('ResourceNotFoundException', message, { status: 404 });
