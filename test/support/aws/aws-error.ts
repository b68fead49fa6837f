import type { AwsCall } from './aws-call.ts';

type Headers = { readonly [header: string]: string };
type Fields = {
  readonly status?: number;
  readonly headers?: Headers;
  readonly [field: string]: unknown;
};

/** A failure as the SDK throws it. `fields` are the members of its shape beside the message. */
export class AwsError extends Error {
  readonly $fault: 'client' | 'server';
  readonly $metadata: { readonly httpStatusCode: number; readonly attempts: number };
  readonly fields: { readonly [name: string]: unknown };
  /** The answer, where its headers say more than its body. */
  readonly $response?: { readonly headers: Headers };

  constructor(name: string, message: string, { status = 400, headers, ...fields }: Fields = {}) {
    super(message);
    this.name = name;
    this.$fault = status < 500 ? 'client' : 'server';
    this.$metadata = { httpStatusCode: status, attempts: 1 };
    this.fields = fields;
    if (headers !== undefined) this.$response = { headers };
    Object.assign(this, fields);
  }
}

/** A connection that broke before an answer came: nobody on this side knows what was done. */
export class ConnectionLost extends Error {
  readonly code = 'ECONNRESET';
  readonly $metadata = { attempts: 1 };

  constructor() {
    super('socket hang up');
    this.name = 'TimeoutError';
  }
}

/** Permission is missing, in the words of the service that is called. */
export function denied({ service, operation }: AwsCall): AwsError {
  const isXml = ['s3', 'sts', 'cloudformation', 'cloudwatch'].includes(service);
  const message = `User is not authorized to perform: ${service}:${operation}`;
  return new AwsError(isXml ? 'AccessDenied' : 'AccessDeniedException', message, {
    status: isXml ? 403 : 400,
  });
}

/** The session of a role is over, in the words of the service that is called. */
export function expired({ service }: AwsCall): AwsError {
  const name = ['s3', 'sts'].includes(service) ? 'ExpiredToken' : 'ExpiredTokenException';
  const message = 'The security token included in the request is expired';
  return new AwsError(name, message, { status: service === 'sts' ? 403 : 400 });
}

/** The keys mean nothing here, in the words of the service that is called. */
export function unrecognized({ service }: AwsCall): AwsError {
  const message = 'The security token included in the request is invalid.';
  if (service === 's3') return new AwsError('InvalidAccessKeyId', message, { status: 403 });
  if (service === 'sts') return new AwsError('InvalidClientTokenId', message, { status: 403 });
  return new AwsError('UnrecognizedClientException', message);
}

/** Too many requests, in the words of the service that is called. */
export function throttled({ service }: AwsCall): AwsError {
  if (service === 's3') return new AwsError('SlowDown', 'Please reduce your request rate.', { status: 503 });
  return new AwsError('ThrottlingException', 'Rate exceeded');
}

/** The service has failed; nothing was done. */
export function internal({ service }: AwsCall): AwsError {
  const name = service === 's3' ? 'InternalError' : INTERNAL[service];
  return new AwsError(name, 'We encountered an internal error. Please try again.', { status: 500 });
}

const INTERNAL = {
  dynamodb: 'InternalServerError',
  athena: 'InternalServerException',
  glue: 'InternalServiceException',
  cloudtrail: 'InternalFailure',
  sts: 'InternalFailure',
  sfn: 'InternalFailure',
  sqs: 'InternalFailure',
  sns: 'InternalErrorException',
  lambda: 'ServiceException',
  cloudformation: 'InternalFailure',
  cloudwatch: 'InternalServiceFault',
};

/** Two conditional writes of one key met: 409, to be tried again. */
export function conditionalConflict(): AwsError {
  const message =
    'The conditional request cannot succeed due to a conflicting operation against this resource.';
  return new AwsError('ConditionalRequestConflict', message, { status: 409 });
}

/** Another transaction works on the items at these places: nothing was done, to be tried again. */
export function transactionConflict(...places: readonly number[]): (call: AwsCall) => AwsError {
  return ({ input }) => {
    const count = countOf(input['TransactItems']);
    const message = 'Transaction is ongoing for the item';
    return transactionCanceled(
      Array.from({ length: count }, (_, at) =>
        places.includes(at) ? { Code: 'TransactionConflict', Message: message } : { Code: 'None' },
      ),
    );
  };
}

const countOf = (list: unknown) => (Array.isArray(list) ? list.length : 0);

/** Why each item of a transaction stood in its way; `None` for those that did not. */
export type CancellationReason = {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Record<string, unknown>;
};

export function transactionCanceled(reasons: readonly CancellationReason[]): AwsError {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return new AwsError('TransactionCanceledException', message, { CancellationReasons: reasons });
}

export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
