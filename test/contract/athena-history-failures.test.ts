import { expect, test } from 'vitest';
import { failureName, failureOf } from '../../src/adapters/aws/athena-history-failure.js';
import { Patience } from '../../src/adapters/aws/athena-history-patience.js';
import { AuditLakeError } from '../../src/errors.js';
import { AwsError } from '../support/aws/aws-error.ts';
import { SteppedTime } from '../support/stepped-time.ts';

test.each([
  ['ThrottlingException', 400, 'Rate exceeded', 'busy'],
  ['TooManyRequestsException', 400, '', 'busy'],
  ['Throttling', 400, 'of STS', 'busy'],
  ['SomethingNew', 429, '', 'busy'],
  ['ExpiredTokenException', 400, '', 'credentials'],
  ['ExpiredToken', 403, '', 'credentials'],
  ['CredentialsProviderError', undefined, '', 'credentials'],
  ['AccessDeniedException', 400, '', 'denied'],
  ['AccessDenied', 403, '', 'denied'],
  ['UnrecognizedClientException', 400, 'a Region that is not enabled', 'denied'],
  ['RegionDisabledException', 403, 'of STS', 'denied'],
  ['InvalidRequestException', 400, 'QueryExecution q1 was not found', 'not_found'],
  ['ResourceNotFoundException', 400, '', 'not_found'],
  ['InvalidRequestException', 400, 'queryExecutionId is invalid', 'refused'],
  ['ValidationError', 400, 'of STS', 'refused'],
  ['InvalidSignatureException', 400, 'Signature expired', 'passing'],
  ['SignatureDoesNotMatch', 403, 'a clock that is wrong', 'passing'],
  ['RequestTimeout', 408, '', 'passing'],
  ['InternalServerException', 500, '', 'passing'],
  ['TimeoutError', undefined, 'socket hang up', 'passing'],
  ['Error', undefined, 'getaddrinfo ENOTFOUND', 'passing'],
])('%s (%s, %s) is %s', (name, status, message, failure) => {
  const lost = Object.assign(new Error(message), { name });
  expect(failureOf(status === undefined ? lost : new AwsError(name, message, { status }))).toBe(failure);
});

test('a failure is named by its name or code, and by nothing that it says (T15)', () => {
  expect(failureName(new AwsError('InvalidRequestException', 'SELECT canary'))).toBe(
    'InvalidRequestException',
  );
  expect(failureName(Object.assign(new Error('SELECT canary'), { code: 'ENOTFOUND' }))).toBe('ENOTFOUND');
  expect(failureName(new AuditLakeError('AWS_FAILED', 'SELECT canary'))).toBe('AWS_FAILED');
  expect(failureName(Object.assign(new Error(''), { name: 'SELECT canary' }))).toBe('unnamed');
  expect(failureName('SELECT canary')).toBe('unnamed');
});

test.each([
  [600_000 * 1_000_000, 2 ** 31 - 1],
  [Number.POSITIVE_INFINITY, 2 ** 31 - 1],
  [1_500.7, 1_500],
  [-5, 0],
  [Number.NaN, 0],
])('a patience of %s ms is one of %s that timers of Node can wait for', (asked, millis) => {
  const time = new SteppedTime(0);
  const patience = new Patience(asked, time);
  expect(patience.ends).toBe(millis);
  expect(patience.isOver).toBe(millis === 0);
});
