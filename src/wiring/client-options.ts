import type { S3ExtensionConfiguration } from '@aws-sdk/client-s3';
import { nameOf } from '../adapters/aws/aws-error.js';
import { messageOf } from '../errors.js';

/** Where AWS is and who we are there; what is left out the SDK finds as every AWS tool does. */
export type AwsSettings = {
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
  readonly endpointUrl?: string | undefined;
};

const CONNECTION_MS = 5_000;
/** Until the answer begins, and between two pieces of it: without these a call to a silent server never ends. */
const REQUEST_MS = 60_000;
const SILENCE_MS = 30_000;
const MOST_ATTEMPTS = 5;
/** An endpoint of one's own stands in any Region, but the SDK wants the name of one. */
const EMULATED_REGION = 'us-east-1';

const silent = () => undefined;
/** The SDK would warn on stderr of keys in the environment beside a profile: the profile counts, as it should. */
const NO_LOGGER = { debug: silent, info: silent, warn: silent, error: silent };

/** What all clients of AWS have in common: adaptive retries, limits of time, an endpoint of one's own. */
export function clientOptions({ profile, region, endpointUrl }: AwsSettings) {
  return {
    maxAttempts: MOST_ATTEMPTS,
    retryMode: 'adaptive',
    requestHandler: {
      connectionTimeout: CONNECTION_MS,
      requestTimeout: REQUEST_MS,
      throwOnRequestTimeout: true,
      socketTimeout: SILENCE_MS,
    },
    logger: NO_LOGGER,
    ...(profile !== undefined && { profile, extensions: [namingProfile(profile)] }),
    ...(region !== undefined && { region }),
    ...(endpointUrl !== undefined && { endpoint: endpointUrl, region: region ?? EMULATED_REGION }),
  };
}

/** The same with credentials of a role, where there are some: no profile may stand beside them, or speak for them. */
export function optionsAs<C>(credentials: C | undefined, { region, endpointUrl, profile }: AwsSettings) {
  if (credentials === undefined) return clientOptions({ region, endpointUrl, profile });
  return { ...clientOptions({ region, endpointUrl }), credentials };
}

type Credentials = Pick<S3ExtensionConfiguration, 'credentials' | 'setCredentials'>;

/** The SDK says that there are no credentials, but not of which profile. */
function namingProfile(profile: string) {
  const configure = (client: Credentials) => {
    const find = client.credentials();
    if (typeof find !== 'function') return;
    client.setCredentials((properties) =>
      find(properties).catch((error: unknown) => {
        const message = `the profile ${profile} gives no credentials: ${messageOf(error)}`;
        throw Object.assign(new Error(message, { cause: error }), { name: nameOf(error) });
      }),
    );
  };
  return { configure };
}
