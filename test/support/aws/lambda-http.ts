import { AwsError } from './aws-error.ts';
import type { Protocol } from './aws-server.ts';

const ROOT = '/2015-03-31/';
const JSON_HEADERS = { 'content-type': 'application/json' };

/** The paths of Lambda: REST with JSON, and events as they are. */
export const lambdaProtocol: Protocol = {
  read({ method, path, body }) {
    const [kind = '', id = '', what = ''] = path.slice(ROOT.length).split('/').map(decodeURIComponent);
    switch (`${method} ${kind} ${what}`) {
      case 'GET functions configuration':
        return { service: 'lambda', operation: 'GetFunctionConfiguration', input: { FunctionName: id } };
      case 'POST functions invocations':
        return {
          ...{ service: 'lambda', operation: 'Invoke' },
          input: { FunctionName: id, Payload: new Uint8Array(body) },
        };
      case 'GET event-source-mappings ':
        return { service: 'lambda', operation: 'GetEventSourceMapping', input: { UUID: id } };
      default:
        throw new AwsError('UnknownOperationException', `${method} ${path}`);
    }
  },
  answer(output, { operation }) {
    if (operation !== 'Invoke') return { status: 200, headers: JSON_HEADERS, body: JSON.stringify(output) };
    const { Payload, FunctionError } = output as { Payload: Uint8Array; FunctionError?: string };
    const error = FunctionError === undefined ? {} : { 'x-amz-function-error': FunctionError };
    const headers = { ...JSON_HEADERS, 'x-amz-executed-version': '$LATEST', ...error };
    return { status: 200, headers, body: Buffer.from(Payload).toString() };
  },
  failure({ name, message, $metadata }) {
    const headers = { ...JSON_HEADERS, 'x-amzn-errortype': name };
    return { status: $metadata.httpStatusCode, headers, body: JSON.stringify({ Message: message }) };
  },
};

export const isForLambda = (path: string): boolean => path.startsWith(ROOT);
