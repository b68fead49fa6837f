import { textOfString } from '../cloudtrail/field-slices.js';
import type { JsonObject, LogRecord } from '../cloudtrail/record.js';
import { type RecordValue, recordValues } from '../cloudtrail/record-values.js';
import { ATHENA } from './dataset.js';
import { isHidden } from './hidden-text.js';
import { quoting } from './quoted-text.js';
import { privateMessage, privateText, privateValue, type TextPrivacy } from './text-privacy.js';
import { WITHHELD } from './withheld.js';

/**
 * What stands at a place of a record. `own`: CloudTrail wrote it, and it says who, when and where. `sql`, `value`,
 * `message`: may hold a query, or a part of it. `body`: the caller's and the service's words; `free`: a field of those.
 */
type Kind = 'record' | 'own' | 'body' | 'free' | 'sql' | 'value' | 'message';

/** Fields of requests and answers that hold texts, in lower case: edited records write them in any case. */
const TEXTS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...['querystring', 'query', 'querystatement'].map((key) => [key, 'sql'] as const),
  // Code and notebooks are no SQL; parameters are the literals of one. What a view says is told in a code of its own.
  ...['codeblock', 'payload', 'executionparameters'].map((key) => [key, 'value'] as const),
  ...['vieworiginaltext', 'viewexpandedtext', 'sql', 'sqls'].map((key) => [key, 'value'] as const),
  ...['errormessage', 'statechangereason'].map((key) => [key, 'message'] as const),
]);

const BODIES = new Set([
  'requestparameters',
  'responseelements',
  'additionaleventdata',
  'serviceeventdetails',
]);

/** A text that happens to say `2026` or `athena` must not cost a record its time or its service. */
const OWN = new Set([
  ...['eventversion', 'useridentity', 'eventtime', 'eventsource', 'eventname', 'awsregion', 'eventid'],
  ...['sourceipaddress', 'eventtype', 'eventcategory', 'recipientaccountid', 'requestid', 'sharedeventid'],
  ...['readonly', 'managementevent', 'tlsdetails', 'resources', 'errorcode', 'apiversion', 'addendum'],
  ...['vpcendpointid', 'vpcendpointaccountid', 'sessioncredentialfromconsole', 'edgedevicedetails'],
]);

/** Errors that are about the caller and not about the query: their messages say what auditors look for. */
const ABOUT_THE_CALLER = /^(?:AccessDenied|Throttling|TooManyRequests|ExpiredToken|UnrecognizedClient)/;

const QUOTE = 0x22;

/**
 * A record as the lake may keep it. In a record of Athena the texts of queries that CloudTrail shows are replaced,
 * wherever they stand, in `bytes` and in `json`; each other byte stays. Of records that show none, the very same.
 */
export function privateRecord(record: LogRecord, privacy: TextPrivacy): LogRecord {
  if (privacy.mode === 'full' || !isOfAthena(record.json)) return record;
  const bytes = spliced(record.bytes, replacements(record, privacy));
  if (bytes === record.bytes) return record;
  return { ...record, bytes, json: JSON.parse(bufferOf(bytes).toString()) };
}

function isOfAthena(json: JsonObject): boolean {
  return Object.entries(json).some(
    ([key, value]) => key.toLowerCase() === 'eventsource' && String(value).toLowerCase() === ATHENA,
  );
}

function kindOf(key: string, outer: Kind): Kind {
  const name = key.toLowerCase();
  switch (outer) {
    case 'record':
      if (BODIES.has(name)) return 'body';
      return OWN.has(name) ? 'own' : (TEXTS.get(name) ?? 'free');
    case 'body':
    case 'free':
      return TEXTS.get(name) ?? 'free';
    case 'sql':
      return 'value';
    default:
      return outer;
  }
}

type Place = RecordValue<Kind> & { readonly text: string; readonly kept: string };

/** The places of a record whose text does not stay, in order. */
function replacements({ bytes, json }: LogRecord, privacy: TextPrivacy): Place[] {
  const keepsMessages = ABOUT_THE_CALLER.test(String(json['errorCode']));
  const places = recordValues<Kind>(bytes, 'record', kindOf).flatMap((value): Place[] => {
    const text = value.kind === 'own' ? '' : textAt(bytes, value);
    if (text === '') return [];
    const kind = keepsMessages && value.kind === 'message' ? 'free' : value.kind;
    return [{ ...value, kind, text, kept: keptText(text, kind, privacy) }];
  });
  const gone = places.filter((it) => it.kept !== it.text && it.kind !== 'message').map(({ text }) => text);
  if (gone.length === 0) return places.filter((it) => it.kept !== it.text);
  const quotes = quoting(gone);
  return places
    .map((it) =>
      it.kept === it.text && quotes(it.text) ? { ...it, kept: privateValue(it.text, privacy) } : it,
    )
    .filter((it) => it.kept !== it.text);
}

/** What a string says, a number or flag as written; nothing for null. */
function textAt(bytes: Uint8Array, { start, end }: RecordValue<Kind>): string {
  if (bytes[start] === QUOTE) return textOfString(bytes, start, end);
  const text = bufferOf(bytes.subarray(start, end)).toString();
  return text === 'null' ? '' : text;
}

function keptText(text: string, kind: Kind, privacy: TextPrivacy): string {
  if (isHidden(text)) return text;
  switch (kind) {
    case 'sql':
      return privateText(text, privacy);
    case 'value':
    case 'body':
      return privateValue(text, privacy);
    case 'message':
      return privateMessage(text, privacy) ?? WITHHELD;
    default:
      return text;
  }
}

/** The record with other texts in these places. */
function spliced(record: Uint8Array, places: readonly Place[]): Uint8Array {
  if (places.length === 0) return record;
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const { start, end, kept } of places) {
    pieces.push(record.subarray(at, start), Buffer.from(JSON.stringify(kept)));
    at = end;
  }
  return Buffer.concat([...pieces, record.subarray(at)]);
}

const bufferOf = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
