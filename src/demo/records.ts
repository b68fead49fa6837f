import { isoSeconds } from './calendar.js';
import type { Json, JsonObject } from './json.js';
import type { Actor } from './people.js';
import type { Place } from './places.js';
import type { Random } from './random.js';

/** One API call, as the one who made it would tell it. */
export type Call = {
  readonly by: Actor;
  readonly at: number;
  readonly place: Place;
  /** First label of the event source: `athena` for athena.amazonaws.com. */
  readonly service: string;
  readonly name: string;
  readonly readOnly: boolean;
  readonly request?: Json;
  readonly response?: Json;
  readonly error?: { readonly code: string; readonly message: string };
  readonly eventVersion?: string;
  readonly eventType?: string;
  /** Fields that few calls have. */
  readonly resources?: readonly JsonObject[];
  readonly additionalEventData?: JsonObject;
  readonly serviceEventDetails?: JsonObject;
  readonly sharedEventId?: string;
  readonly addendum?: JsonObject;
};

/** A record with the place and the moment that decide in which log file it is delivered. */
export type Happening = {
  readonly at: number;
  readonly place: Place;
  readonly record: JsonObject;
  /** It is among those that are delivered twice. */
  readonly twice?: true;
};

/** Calls of one service carry one eventVersion: services moved on at different times. */
const VERSIONS: { readonly [service: string]: string } = {
  ec2: '1.10',
  s3: '1.11',
  iam: '1.10',
  kms: '1.11',
  ssm: '1.08',
  glue: '1.09',
};
const LATEST = '1.11';

/** The record of a call, its keys in the order in which CloudTrail writes them. */
export function happening(call: Call, random: Random): Happening {
  return { at: call.at, place: call.place, record: recordOf(call, random) };
}

function recordOf(call: Call, random: Random): JsonObject {
  const { by, error, eventType = 'AwsApiCall' } = call;
  const identity = by.identity(call.at);
  return {
    eventVersion: call.eventVersion ?? VERSIONS[call.service] ?? LATEST,
    ...(identity && { userIdentity: identity }),
    eventTime: isoSeconds(call.at),
    eventSource: `${call.service}.amazonaws.com`,
    eventName: call.name,
    awsRegion: call.place.region,
    sourceIPAddress: by.sourceIp,
    userAgent: by.userAgent,
    ...(error && { errorCode: error.code, errorMessage: error.message }),
    requestParameters: call.request ?? null,
    responseElements: call.response ?? null,
    ...(call.additionalEventData && { additionalEventData: call.additionalEventData }),
    // What a service does of its own accord answers no request, so it has no request id.
    ...(eventType !== 'AwsServiceEvent' && { requestID: random.uuid() }),
    eventID: random.uuid(),
    readOnly: call.readOnly,
    ...(call.resources && { resources: call.resources }),
    eventType,
    managementEvent: true,
    recipientAccountId: call.place.account,
    ...(call.sharedEventId && { sharedEventID: call.sharedEventId }),
    ...(call.serviceEventDetails && { serviceEventDetails: call.serviceEventDetails }),
    eventCategory: 'Management',
    ...(call.addendum && { addendum: call.addendum }),
    ...connection(call, eventType),
  };
}

/** TLS is told of callers outside AWS only; a service that calls another has none. */
function connection(call: Call, eventType: string): JsonObject {
  if (eventType !== 'AwsApiCall' || call.by.sourceIp.endsWith('.amazonaws.com')) return {};
  return {
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: `${call.service}.${call.place.region}.amazonaws.com`,
    },
    ...(call.by.console && { sessionCredentialFromConsole: 'true' }),
  };
}
