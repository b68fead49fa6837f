import { newSession, type Session, serviceSession, throughService } from './actors.ts';
import { ATHENA_KINDS, type EventKind, OTHER_KINDS } from './event-kinds.ts';
import type { Random } from './random.ts';
import { compileTemplate, render, type Setting, type Template } from './template.ts';

type CompiledKind = { readonly kind: EventKind; readonly body: Template; readonly tls: Template };

/** How old log files escape what could be HTML: {"a":"b\u003dc"}. */
const escapeHtml = (json: string): string =>
  json.replace(/[=<>&']/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The record in CloudTrail's order of keys, less what depends on the session at its end. */
const recordOf = (kind: EventKind): object => ({
  eventVersion: kind.escaped ? '1.08' : '1.11',
  userIdentity: '{identity}',
  eventTime: '{time}',
  eventSource: `${kind.source}.amazonaws.com`,
  eventName: kind.name,
  awsRegion: '{region}',
  sourceIPAddress: '{ip}',
  userAgent: '{agent}',
  ...(kind.error && { errorCode: kind.error[0], errorMessage: kind.error[1] }),
  requestParameters: kind.request ?? null,
  responseElements: kind.response ?? null,
  ...(kind.extra && { additionalEventData: kind.extra }),
  requestID: kind.source === 's3' ? '{upper16}' : '{uuid}',
  eventID: '{uuid}',
  readOnly: kind.write !== true,
  ...(kind.resources && { resources: kind.resources }),
  eventType: kind.name === 'ConsoleLogin' ? 'AwsConsoleSignIn' : 'AwsApiCall',
  ...(kind.apiVersion && { apiVersion: kind.apiVersion }),
  managementEvent: kind.data !== true,
  recipientAccountId: '{account}',
  ...(kind.by && { sharedEventID: '{uuid}' }),
  eventCategory: kind.data ? 'Data' : 'Management',
});

const TLS = {
  tlsVersion: 'TLSv1.3',
  cipherSuite: 'TLS_AES_128_GCM_SHA256',
};

const compileKind = (kind: EventKind): CompiledKind => {
  const json = JSON.stringify(recordOf(kind)).slice(0, -1);
  const host = `${kind.source === 's3' ? '{bucket}.s3' : kind.source}.{region}.amazonaws.com`;
  const tls = JSON.stringify({ tlsDetails: { ...TLS, clientProvidedHostHeader: host } });
  return {
    kind,
    body: compileTemplate(kind.escaped ? escapeHtml(json) : json),
    tls: compileTemplate(`,${tls.slice(1)}`),
  };
};

/** Kinds repeated by their share, so that one draw picks one. */
const byShare = (kinds: readonly EventKind[]): readonly CompiledKind[] =>
  kinds.flatMap((kind) => {
    const compiled = compileKind(kind);
    return Array.from({ length: kind.share }, () => compiled);
  });

const ATHENA = byShare(ATHENA_KINDS);
const OTHERS = byShare(OTHER_KINDS);
const CONSOLE_TAIL = ',"sessionCredentialFromConsole":"true"}';
const DELIVERY_MS = 10 * 60_000;
const BURST_MS = 20_000;

export type RecordWriter = {
  /** The next record as JSON; true picks an Athena event. */
  readonly next: (ofAthena: boolean) => string;
};

/**
 * Writes the records of one log file: a few sessions, each working in bursts, with event times within
 * the ten minutes before the file's stamp.
 */
export const recordWriter = (
  random: Random,
  place: Pick<Setting, 'account' | 'region' | 'names'>,
  stampMs: number,
  records: number,
): RecordWriter => {
  const setting: Setting = {
    random,
    ...place,
    identity: '',
    sourceIp: '',
    userAgent: '',
    time: '',
    epoch: 0,
  };

  const setTime = (beforeMs: number): void => {
    setting.epoch = stampMs - beforeMs;
    setting.time = `${new Date(setting.epoch).toISOString().slice(0, 19)}Z`;
  };

  const sessions = Array.from({ length: 5 + Math.ceil(Math.sqrt(records)) }, () => {
    setTime(DELIVERY_MS + random.below(50 * 60_000));
    return newSession(setting);
  });

  let session: Session = random.pick(sessions);
  let burst: CompiledKind = random.pick(OTHERS);
  let left = 0;
  let burstMs = random.below(DELIVERY_MS - BURST_MS);

  const callerOf = (kind: EventKind): Session => {
    if (kind.by) return serviceSession(kind.by);
    return kind.via ? throughService(session, kind.via) : session;
  };

  const write = ({ kind, body, tls }: CompiledKind): string => {
    setTime(burstMs + random.below(BURST_MS));
    const caller = callerOf(kind);
    setting.identity = caller.identity;
    setting.sourceIp = caller.sourceIp;
    setting.userAgent = caller.userAgent;
    return render(body, setting) + (caller.console ? endOf(kind) : render(tls, setting));
  };

  const next = (ofAthena: boolean): string => {
    if (ofAthena) return write(random.pick(ATHENA));
    if (left === 0) {
      session = random.pick(sessions);
      burst = random.pick(OTHERS);
      left = random.next() < 0.35 ? 1 : 2 + random.below(12);
      burstMs = random.below(DELIVERY_MS - BURST_MS);
    }
    left -= 1;
    return write(burst);
  };

  return { next };
};

/** Calls by services carry neither TLS details nor a console mark. */
const endOf = (kind: EventKind): string => (kind.by || kind.via ? '}' : CONSOLE_TAIL);
