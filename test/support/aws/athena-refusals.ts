import { AwsError } from './aws-error.ts';

export function refused(message: string): AwsError {
  return new AwsError('InvalidRequestException', message, { AthenaErrorCode: 'INVALID_INPUT' });
}

export function tooMany(): AwsError {
  const message = 'You have exceeded the limit for the number of queries you can run concurrently.';
  return new AwsError('TooManyRequestsException', message, { Reason: 'CONCURRENT_QUERY_LIMIT_EXCEEDED' });
}
