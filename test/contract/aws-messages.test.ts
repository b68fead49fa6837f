import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { awsError, isDenied } from '../../src/adapters/aws/aws-error.js';
import { callerOf } from '../../src/adapters/aws/caller.js';
import { clientOptions } from '../../src/wiring/client-options.js';
import { s3Client } from '../../src/wiring/s3-lake.js';
import { s3Source } from '../../src/wiring/s3-source.js';
import { AwsError } from '../support/aws/aws-error.ts';

const LIST = { action: 's3:ListBucket', resource: 's3://amzn-s3-demo-bucket/' };
const REGION = 'eu-west-1';

/** A failure of the network, as Node throws it and the SDK hands it on. */
const ofTheNetwork = (code: string) => Object.assign(new Error(`getaddrinfo ${code} example.com`), { code });

describe('a failure of AWS tells what to do next', () => {
  test.each([
    ['NoSuchBucket', 'check the name of the bucket'],
    ['PermanentRedirect', 'the bucket lies in another Region: name that one with --region'],
    ['AuthorizationHeaderMalformed', 'the bucket lies in another Region: name that one with --region'],
  ])('%s', (name, hint) => {
    const { code, message } = awsError(new AwsError(name, 'words', { status: 404 }), LIST);
    expect(code).toBe('AWS_FAILED');
    expect(message).toBe(`s3:ListBucket on s3://amzn-s3-demo-bucket/: ${name} (HTTP 404): words; ${hint}`);
  });

  test.each(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED'])('%s', (name) => {
    const { code, message } = awsError(ofTheNetwork(name), LIST);
    expect(code).toBe('AWS_FAILED');
    expect(message).toMatch(new RegExp(`: ${name}: .*; check --region, --endpoint-url and the network$`));
  });

  test('T15: of Athena the name alone, which is that of the system where there is none', () => {
    const attempt = { action: 'athena:StartQueryExecution', resource: 'workgroup primary' };
    expect(awsError(ofTheNetwork('ENOTFOUND'), attempt).message).toBe(
      'athena:StartQueryExecution on workgroup primary: ENOTFOUND; check --region, --endpoint-url and the network',
    );
  });

  test('what has no hint ends with the words of the service', () => {
    const { message } = awsError(new AwsError('InternalError', 'words', { status: 500 }), LIST);
    expect(message).toMatch(/: InternalError \(HTTP 500\): words$/);
  });
});

describe('clients without what they need', () => {
  beforeEach(() => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE', 'AWS_REGION']) {
      vi.stubEnv(name, undefined);
    }
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  const missingRegion = {
    code: 'USAGE',
    message: 'no AWS Region is known: name one with --region, AWS_REGION or the profile',
  };

  test('of a Region are told so in the same words, whoever meets it first', async () => {
    const source = s3Source(['s3://amzn-s3-demo-bucket/AWSLogs/'], './lake', {});
    const listing = source.list()[Symbol.asyncIterator]();
    await expect(listing.next()).rejects.toMatchObject(missingRegion);
    await expect(callerOf(new STSClient(clientOptions({})))).rejects.toMatchObject(missingRegion);
  });

  test('of a Region do not ask again', async () => {
    const client = s3Client({});
    const error: unknown = await client.config.region().catch((thrown: unknown) => thrown);
    expect(isDenied(error)).toBe(true);
  });

  test('of credentials name the profile that gives none', async () => {
    const caller = callerOf(new STSClient(clientOptions({ profile: 'nobody', region: REGION })));
    await expect(caller).rejects.toMatchObject({
      code: 'AWS_CREDENTIALS',
      message: expect.stringContaining('the profile nobody gives no credentials: '),
    });
  });

  test('a profile beside keys in the environment counts, without a word on stderr', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'none');
    const warned = vi.spyOn(console, 'warn');
    const client = new STSClient(clientOptions({ profile: 'nobody', region: REGION }));
    await expect(client.send(new GetCallerIdentityCommand({}))).rejects.toThrow('the profile nobody');
    expect(warned).not.toHaveBeenCalled();
  });
});
