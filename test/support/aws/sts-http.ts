import type { Protocol } from './aws-server.ts';
import { xmlOf } from './http-messages.ts';

const HEADERS = { 'content-type': 'text/xml' };

/** The query protocol of STS: a form comes in, XML goes out. */
export const queryProtocol: Protocol = {
  read({ body }) {
    const {
      Action: operation = '',
      Version: _,
      ...input
    } = Object.fromEntries(new URLSearchParams(body.toString()));
    const { DurationSeconds: seconds } = input;
    const numbers = seconds === undefined ? {} : { DurationSeconds: Number(seconds) };
    return { service: 'sts', operation, input: { ...input, ...numbers } };
  },
  answer(output, { operation }) {
    const result = {
      [`${operation}Result`]: output,
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
