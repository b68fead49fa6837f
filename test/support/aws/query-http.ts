import { AwsError } from './aws-error.ts';
import type { Protocol } from './aws-server.ts';
import { xmlOf } from './http-messages.ts';

const HEADERS = { 'content-type': 'text/xml' };

/** By the version of its API, which every form tells. */
const SERVICES: { readonly [version: string]: 'sts' | 'cloudformation' | 'sns' } = {
  '2011-06-15': 'sts',
  '2010-05-15': 'cloudformation',
  '2010-03-31': 'sns',
};

/** The query protocol of STS, CloudFormation and SNS: a form comes in, XML goes out. */
export const queryProtocol: Protocol = {
  read({ body }) {
    const {
      Action: operation = '',
      Version: version = '',
      ...input
    } = Object.fromEntries(new URLSearchParams(body.toString()));
    const { DurationSeconds: seconds } = input;
    const numbers = seconds === undefined ? {} : { DurationSeconds: Number(seconds) };
    const service = SERVICES[version];
    if (service === undefined) throw new AwsError('InvalidAction', `No service: ${version}`);
    return { service, operation, input: { ...input, ...numbers } };
  },
  answer(output, { operation }) {
    const result = {
      [`${operation}Result`]: withMembers(output),
      ResponseMetadata: { RequestId: 'request-of-the-double' },
    };
    return { status: 200, headers: HEADERS, body: xmlOf(`${operation}Response`, result) };
  },
  failure({ name, message, $fault, $metadata }) {
    const Type = $fault === 'client' ? 'Sender' : 'Receiver';
    const body = xmlOf('ErrorResponse', { Error: { Type, Code: name, Message: message } });
    return { status: $metadata.httpStatusCode, headers: HEADERS, body };
  },
};

/** A list is an element with a `member` for each. */
function withMembers(value: unknown): unknown {
  if (Array.isArray(value)) return { member: value.map(withMembers) };
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withMembers(inner)]));
}
