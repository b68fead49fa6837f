import type { ServiceName } from '../aws/aws-call.ts';

/** A command of the SDK, as a client takes it. */
export type AwsCommand = { readonly input: { readonly [member: string]: unknown } };

/** What an effect is called: service, operation, and the kind of thing that it is about. */
export function effectName(service: ServiceName, command: AwsCommand): string {
  const operation = command.constructor.name.replace(/Command$/, '');
  const kind = KINDS[service]?.(command.input, operation) ?? '';
  return `${service}.${operation}${kind && ` ${kind}`}`;
}

type Kind = (input: AwsCommand['input'], operation: string) => string;

const KINDS: { readonly [service in ServiceName]?: Kind } = {
  s3: ({ Key, Prefix }) => {
    const key = String(Key ?? Prefix ?? '');
    if (key.includes('_meta/stage/')) return 'staged';
    return key.endsWith('.parquet') ? 'data file' : key.includes('AWSLogs/') ? 'log file' : 'folders';
  },
  dynamodb: (input, operation) => {
    const kinds = new Set([...JSON.stringify(input).matchAll(KEY)].map(([, kind = '']) => kind));
    if (operation !== 'TransactWriteItems') return [...kinds][0] ?? '';
    return kinds.has('BUNDLE') ? 'commit' : 'issue';
  },
  athena: ({ QueryString }) => /^\w+ (?:EXTERNAL )?\w+/.exec(String(QueryString ?? ''))?.[0] ?? '',
};

/** How keys of items begin: FILE#, PART#, BUNDLE#, BATCH#, MEM#, ENR#, ENRDAYS, TXT#, PARKED. */
const KEY = /"S":"(FILE|PART|BUNDLE|BATCH|MEM|ENR|ENRDAYS|TXT|PARKED)(?:#|")/g;

/** What an effect is about: the end of a key, or the items that it names. For the trace. */
export function subjectOf({ input }: AwsCommand): string {
  const { Key, Prefix } = input;
  if (typeof Key === 'string') return Key.slice(-40);
  if (typeof Prefix === 'string') return Prefix;
  const named = JSON.stringify(input).matchAll(/"pk":\{"S":"([^"]+)"\},"sk":\{"S":"([^"]+)"/g);
  return [...named]
    .map(([, pk = '', sk = '']) => `${pk}/${sk}`.replace(/\/(?:FILE|BUNDLE|BATCH|ENR)$/, ''))
    .join(' ');
}
