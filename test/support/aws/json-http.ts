import type { AwsRequest, ServiceName } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import type { Protocol } from './aws-server.ts';

const SERVICES: { readonly [target: string]: ServiceName } = {
  DynamoDB_20120810: 'dynamodb',
  AmazonAthena: 'athena',
  AWSGlue: 'glue',
  CloudTrail_20131101: 'cloudtrail',
  AWSStepFunctions: 'sfn',
  AmazonSQS: 'sqs',
  GraniteServiceVersion20100801: 'cloudwatch',
};

/** AWS JSON 1.0 and 1.1: DynamoDB, Athena, Glue, CloudTrail, Step Functions, SQS, CloudWatch. */
export const jsonProtocol: Protocol = {
  read({ headers, body }): AwsRequest {
    const [target = '', operation = ''] = (headers['x-amz-target'] ?? '').split('.');
    const service = SERVICES[target];
    if (service === undefined) throw new AwsError('UnknownOperationException', `No service: ${target}`);
    const input = JSON.parse(body.toString() || '{}', REVIVERS[service]);
    return { service, operation, input };
  },
  answer: (output) => ({ status: 200, headers: HEADERS, body: JSON.stringify(onWire(output)) }),
  failure: (error) => ({
    status: error.$metadata.httpStatusCode,
    headers: HEADERS,
    body: JSON.stringify({
      __type: error.name,
      [error.name === 'TransactionCanceledException' ? 'Message' : 'message']: error.message,
      ...Object(onWire(error.fields)),
    }),
  }),
};

const HEADERS = { 'content-type': 'application/x-amz-json-1.1' };

/** A moment travels as seconds since 1970. */
function withMoments(key: string, value: unknown): unknown {
  return (key === 'StartTime' || key === 'EndTime') && typeof value === 'number'
    ? new Date(value * 1000)
    : value;
}

/** Bytes travel as base64. An attribute that is called B holds an object, never a string. */
function withBytes(key: string, value: unknown): unknown {
  const decoded = (text: unknown) => new Uint8Array(Buffer.from(String(text), 'base64'));
  if (key === 'B' && typeof value === 'string') return decoded(value);
  return key === 'BS' && Array.isArray(value) ? value.map(decoded) : value;
}

const REVIVERS: { readonly [Service in ServiceName]?: (key: string, value: unknown) => unknown } = {
  dynamodb: withBytes,
  cloudtrail: withMoments,
  cloudwatch: withMoments,
};

/** Bytes as base64, moments as seconds since 1970 with a fraction. */
function onWire(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(onWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, onWire(inner)]));
}
