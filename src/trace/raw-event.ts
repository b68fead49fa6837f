import { parseEventTime } from '../cloudtrail/event-time.js';
import { identityCells } from '../datasets/identity.js';
import type { Grant } from './grant.js';
import { grantOf } from './grant-of.js';
import { KEPT_COLUMNS, type KeptColumn } from './raw-sql.js';

/** A row of the result table: the text of a cell by its column. */
export type KeptRow = (column: KeptColumn) => string | null;

/** A row of an answer that has the kept columns in their order. */
export const keptRow =
  (values: readonly unknown[]): KeptRow =>
  (column) =>
    textOf(values[KEPT_COLUMNS.indexOf(column)]);

const textOf = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value);

/** When an event happened: milliseconds; undefined where no calendar knows the time. */
export const timeOf = (cell: KeptRow): number | undefined => parseEventTime(cell('event_time'));

/** Who acted, by the rule of `user_name`. */
export function userNameOf(cell: KeptRow): string | null {
  const attributes = { 'cognito-identity.amazonaws.com:sub': cell('cognito_subject') };
  const userIdentity = {
    type: cell('identity_type'),
    principalId: cell('principal_id'),
    arn: cell('user_arn'),
    identityProvider: providerOf(cell('principal_id')),
    accountId: cell('identity_account'),
    invokedBy: cell('invoked_by'),
    accessKeyId: cell('access_key_id'),
    userName: cell('identity_name'),
    onBehalfOf: { userId: cell('identity_center_user_id') },
    sessionContext: {
      sessionIssuer: { type: cell('issuer_type'), arn: cell('issuer_arn'), userName: cell('issuer_name') },
      webIdFederationData: { attributes },
    },
  };
  const { user_name: name } = identityCells({ userIdentity });
  return typeof name === 'string' ? name : null;
}

/** The table has no column for it: what a web identity's principal begins with, an ARN or a name. */
const providerOf = (principal: string | null): string | undefined =>
  /^(arn(?::[^:]*){5}|[^:]+):/.exec(principal ?? '')?.[1];

/** The credentials that the event of a row gave out; undefined where it gave none, or does not tell which. */
export function grantOfRow(cell: KeptRow): Grant | undefined {
  const at = timeOf(cell);
  if (at === undefined) return undefined;
  return grantOf({
    ...{ at, how: cell('event_name') ?? '', byKey: cell('access_key_id'), byName: userNameOf(cell) },
    ...{ account: cell('account_id'), region: cell('aws_region'), eventId: cell('event_id') },
    ...{ request: cell('request_parameters'), response: cell('response_elements') },
  });
}

/** Rows without those of an event that was delivered twice, in other words: both bear its id, and are neighbours. */
export async function* onceEach(
  chunks: AsyncIterable<readonly KeptRow[]>,
): AsyncIterable<readonly KeptRow[]> {
  let last: string | null = null;
  for await (const rows of chunks) {
    yield rows.filter((row) => {
      const id = eventOf(row);
      const isNew = id === null || id !== last;
      last = id;
      return isNew;
    });
  }
}

/** What an event is known by, as in the views of a lake; null where it has no id. */
const eventOf = (row: KeptRow): string | null =>
  row('event_id') && `${row('event_id')} ${row('account_id')} ${row('aws_region')}`;
