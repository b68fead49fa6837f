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
    ...(profile !== undefined && { profile }),
    ...(region !== undefined && { region }),
    ...(endpointUrl !== undefined && { endpoint: endpointUrl, region: region ?? EMULATED_REGION }),
  };
}
