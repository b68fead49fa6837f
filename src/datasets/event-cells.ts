import { isUtf8 } from 'node:buffer';
import { fieldSlices } from '../cloudtrail/field-slices.js';
import type { LogFileRef } from '../cloudtrail/log-file-ref.js';
import { flagOf, type LogRecord, textOf, within } from '../cloudtrail/record.js';
import type { Cells } from './column.js';
import { SCHEMA_VERSION } from './columns.js';
import { sortableAddress } from './source-ip.js';

/** What surrounds a record while it becomes a row. */
export type RowContext = {
  readonly ref: LogFileRef;
  /** Milliseconds since 1970. */
  readonly ingestedAt: number;
  /** ARNs of the roles that this product runs under: their calls are kept and marked. */
  readonly ownRoleArns: ReadonlySet<string>;
  /**
   * ARNs of the roles that are assumed in other accounts to ask for query texts. Whoever runs such an account may let somebody
   * else take its role: only the calls that we make under it are ours. None where absent.
   */
  readonly askingRoleArns?: ReadonlySet<string> | undefined;
};

/** All that is called under a role that asks: what member-role.yaml allows. */
const ASKING: ReadonlySet<string> = new Set([
  ...['BatchGetQueryExecution', 'GetQueryExecution', 'GetNamedQuery', 'GetPreparedStatement'],
]);

const SLICED = new Set(['requestParameters', 'responseElements', 'additionalEventData']);

/** The cells of EVENT_COLUMNS. `eventTime` in milliseconds, already checked. */
export function eventCells({ json }: LogRecord, eventTime: number, context: RowContext): Cells {
  const { ref } = context;
  const sourceIp = textOf(json, 'sourceIPAddress');
  return {
    event_id: textOf(json, 'eventID'),
    event_time: eventTime,
    event_name: textOf(json, 'eventName'),
    event_source: textOf(json, 'eventSource'),
    event_type: textOf(json, 'eventType'),
    event_category: textOf(json, 'eventCategory'),
    event_version: textOf(json, 'eventVersion'),
    aws_region: textOf(json, 'awsRegion') ?? ref.region ?? null,
    account_id: textOf(json, 'recipientAccountId') ?? ref.account ?? null,
    request_id: textOf(json, 'requestID'),
    shared_event_id: textOf(json, 'sharedEventID'),
    original_event_id: textOf(within(json, 'addendum'), 'originalEventID'),
    is_own_call: isOwnCall(json, context),
    read_only: flagOf(json, 'readOnly'),
    error_code: textOf(json, 'errorCode'),
    error_message: textOf(json, 'errorMessage'),
    source_ip: sourceIp,
    source_ip_sortable: sortableAddress(sourceIp),
    user_agent: textOf(json, 'userAgent'),
    tls_version: textOf(within(json, 'tlsDetails'), 'tlsVersion'),
    vpc_endpoint_id: textOf(json, 'vpcEndpointId'),
  };
}

function isOwnCall(json: LogRecord['json'], { ownRoleArns, askingRoleArns }: RowContext): boolean {
  const issuer = textOf(within(json, 'userIdentity', 'sessionContext', 'sessionIssuer'), 'arn');
  if (issuer === null) return false;
  if (ownRoleArns.has(issuer)) return true;
  return askingRoleArns?.has(issuer) === true && ASKING.has(textOf(json, 'eventName') ?? '');
}

/** The cells of EVIDENCE_COLUMNS: slices of the record's own bytes, and where it came from. */
export function evidenceCells({ bytes, index }: LogRecord, { ref, ingestedAt }: RowContext): Cells {
  const proof = isUtf8(bytes) ? bytes : repaired(bytes);
  const slices = fieldSlices(proof, SLICED);
  return {
    request_parameters: slices.get('requestParameters') ?? null,
    response_elements: slices.get('responseElements') ?? null,
    additional_event_data: slices.get('additionalEventData') ?? null,
    raw_event: proof,
    source_bucket: ref.bucket,
    source_key: ref.key,
    record_index: index,
    ingested_at: ingestedAt,
    schema_version: SCHEMA_VERSION,
  };
}

/** Bytes that are no UTF-8 become U+FFFD: one such value would make every engine refuse the whole data file. */
function repaired(bytes: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
}
