import { type JsonObject, textOf, within } from '../../src/cloudtrail/record.js';
import { identityCells } from '../../src/datasets/identity.js';
import { type RawFolder, rawFolderOf } from '../../src/lake/raw-partition.js';
import type { Search } from '../../src/ports/activity-log.js';
import { GRANT_EVENTS } from '../../src/trace/grant-of.js';
import { TRAIL } from './raw-world.ts';
import type { TraceFile } from './trace-world.ts';

const DAY = 86_400_000;

/** The oracle: a plain scan of all log files, by the letter of what is searched. */
export type Found = { readonly id: string; readonly at: number; readonly folder: RawFolder };

const isGrant = (record: JsonObject) =>
  ['sts.amazonaws.com', 'signin.amazonaws.com'].includes(String(record['eventSource'])) &&
  GRANT_EVENTS.includes(String(record['eventName'])) &&
  record['errorCode'] === undefined;

function sessionGiven(record: JsonObject): string {
  const answer = within(record, 'responseElements');
  const arn =
    textOf(within(answer, 'assumedRoleUser'), 'arn') ?? textOf(within(answer, 'federatedUser'), 'arn');
  return isGrant(record) ? (arn ?? '') : '';
}

const keyGiven = (record: JsonObject) =>
  isGrant(record) ? textOf(within(record, 'responseElements', 'credentials'), 'accessKeyId') : null;

/** Whether a record is of a subject, or gave out one of the keys. */
export function isOf(search: Exclude<Search, { kind: 'keys' }>, record: JsonObject): boolean {
  if (search.kind === 'origins') return search.keys.includes(keyGiven(record) ?? '');
  const { subject } = search;
  const cells = identityCells(record);
  const session = sessionGiven(record);
  switch (subject.kind) {
    case 'key':
      return cells['access_key_id'] === subject.id || keyGiven(record) === subject.id;
    case 'arn':
      return cells['user_arn'] === subject.arn || session === subject.arn;
    case 'role': {
      const [, account, , name] = /::(\d+):role(\/.*)?\/([^/]+)$/.exec(subject.arn) ?? [];
      const begins = `arn:aws:sts::${account}:assumed-role/${name}/`;
      const own = [cells['role_arn'], cells['user_arn']].includes(subject.arn);
      return own || String(cells['user_arn']).startsWith(begins) || session.startsWith(begins);
    }
    case 'name': {
      const names = ['user_name', 'session_name', 'source_identity', 'identity_center_user_id', 'role_name'];
      const name = subject.name.toLowerCase();
      const isBy = names.some((column) => textOf(cells, column)?.toLowerCase() === name);
      const given = session.toLowerCase();
      return isBy || given.includes(`:assumed-role/${name}/`) || given.endsWith(`/${name}`);
    }
  }
}

type Logs = { readonly files: readonly TraceFile[]; readonly root: string };

export function scanned({ files, root }: Logs, search: Search): readonly Found[] {
  const found = new Map<string, Found>();
  const windows = search.kind === 'keys' ? search.keys : [search];
  for (const { key, records } of files) {
    const folder = rawFolderOf(root, `s3://${TRAIL}/${key}`);
    for (const record of records) {
      const at = Date.parse(String(record['eventTime']));
      const isWanted = windows.some((it) => {
        const by =
          search.kind === 'keys'
            ? identityCells(record)['access_key_id'] === ('key' in it ? it.key : '')
            : isOf(search, record);
        return by && at >= it.from && at < it.to && folder && delivered(folder.day, it);
      });
      const id = `${record['recipientAccountId']} ${record['awsRegion']} ${record['eventID']}`;
      if (isWanted && folder) found.set(id, { id, at, folder });
    }
  }
  return [...found.values()];
}

/** On a day of the window, or the next one. */
const delivered = (day: string, { from, to }: { from: number; to: number }) =>
  Date.parse(day) > from - DAY && Date.parse(day) < to + DAY;

export const idsIn = (found: readonly Found[]) => found.map(({ id }) => id);
