import { DATASET_NAMES, type DatasetName } from './datasets/dataset.js';
import { TEXT_MODES, type TextMode } from './datasets/text-privacy.js';
import { AuditLakeError } from './errors.js';
import { lakeLocation, PLACEHOLDER_LAKE } from './lake/ddl.js';
import { parseRawRoot } from './lake/raw-partition.js';
import { TABLE_NAMES } from './lake/tables.js';
import { VIEW_NAMES } from './lake/views.js';

/** A text as the value of a setting; undefined where the setting does not take it. */
export type Parse<T> = (text: string) => T | undefined;

const matching =
  (grammar: RegExp): Parse<string> =>
  (text) =>
    grammar.test(text) ? text : undefined;

const oneOf =
  <const T extends string>(names: readonly T[]): Parse<T> =>
  (text) =>
    names.find((name) => name === text);

export const wholeNumber =
  (from: number, to: number): Parse<number> =>
  (text) =>
    /^\d+$/.test(text) && Number(text) >= from && Number(text) <= to ? Number(text) : undefined;

export const isInS3 = (lake: string): boolean => lake.startsWith('s3://');

/** A folder as it is written, or a location in S3 without a slash at its end. */
export const lakeName: Parse<string> = (text) =>
  /^(s3:|[a-z][a-z0-9+.-]*:\/\/)/i.test(text) ? locationInS3(text) : text;

/** With a slash at its end: results are written below it. Or the word that leaves it to the workgroup. */
export const resultsLocation: Parse<string> = (text) => {
  if (text === 'workgroup') return text;
  const location = locationInS3(text);
  return location === undefined ? undefined : `${location}/`;
};

function locationInS3(text: string): string | undefined {
  try {
    const location = lakeLocation(text);
    return location === PLACEHOLDER_LAKE ? undefined : location;
  } catch (thrown) {
    if (thrown instanceof AuditLakeError) return undefined;
    throw thrown;
  }
}

/** The beginning of keys: any printable ASCII but blanks, wildcards and the comma that parts a list. */
export const sourcePrefix = matching(
  /^(?!.*[*?,])s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[!-~]{0,1024})?$/,
);

/** Credentials never come in a setting, so not in an address either. */
export const endpointUrl: Parse<string> = (text) => {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return undefined;
  const { username, password, search, hash } = new URL(text);
  return `${username}${password}${search}${hash}` === '' ? text.replace(/\/$/, '') : undefined;
};

export const profileName = matching(/^[^\p{Cc}[\]]{1,128}$/u);
export const regionName = matching(/^[a-z]{2,8}(-[a-z]{2,12}){1,3}-\d{1,2}$/);
export const stateTableName = matching(/^[A-Za-z0-9_.-]{3,255}$/);
/** The grammar of every name that a statement may hold (failure mode T1). */
export const databaseName = matching(/^[a-z_][a-z0-9_]{0,127}$/);
/** Also what the lake makes itself has names. */
export const rawTableName: Parse<string> = (text) => {
  const taken: readonly string[] = [...TABLE_NAMES, ...VIEW_NAMES];
  return databaseName(text) === undefined || taken.includes(text) ? undefined : text;
};
/** With a slash at its end. */
export const rawSource: Parse<string> = parseRawRoot;
export const workGroupName = matching(/^[A-Za-z0-9._-]{1,128}$/);
export const accountId = matching(/^\d{12}$/);
export const kmsKey = matching(/^[A-Za-z0-9:/_-]{1,2048}$/);
export const roleArn = matching(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/);
export const queryAccount = matching(/^(\d{12}|self)$/);
/** A role's name behind its path; the account and the Region of a query may stand in it. */
export const roleTemplate = matching(/^(?!\/)([\w+=,.@/-]|\{account\}|\{region\}){1,512}(?<!\/)$/);
export const externalId = matching(/^[\w+=,.@:/-]{2,1224}$/);
export const secret = matching(/^.{32,4096}$/s);
export const textMode: Parse<TextMode> = oneOf(TEXT_MODES);
export const eventSource = matching(/^[a-z0-9][a-z0-9.-]*$/);
export const datasetName: Parse<DatasetName> = oneOf(DATASET_NAMES);

export const CATALOG_KINDS = ['athena', 'glue'] as const;
export type CatalogKind = (typeof CATALOG_KINDS)[number];
export const catalogKind: Parse<CatalogKind> = oneOf(CATALOG_KINDS);

export const stateMachineArn = matching(
  /^arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:stateMachine:[A-Za-z0-9_-]{1,80}$/,
);

/** Of a standard topic: mail cannot be had of a FIFO one. */
export const topicArn = matching(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/);

/** `https://sqs.<region>.amazonaws.com/<account>/<name>`, or the same at an endpoint of one's own. */
export const queueUrl: Parse<string> = (text) =>
  /^https?:\/\/[^\s?#@]+\/\d{12}\/[A-Za-z0-9_-]{1,80}$/.test(text) ? text : undefined;

export const fileName: Parse<string> = (text) => (text === '' ? undefined : text);
