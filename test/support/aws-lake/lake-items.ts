import { readBundle, readFile } from '../../../src/adapters/aws/dynamodb-ledger-items.js';
import { lakePart, type PartItem, readPart } from '../../../src/adapters/aws/dynamodb-part.js';
import type { CommitPart, LedgerEntry } from '../../../src/ports/lake-state.js';
import type { Item } from '../aws/dynamodb-values.ts';
import { type AwsLake, STATE } from './aws-lake.ts';

/** A member of a partition (item MEM): which bundle, in which generation of which table and day. */
export type Member = { readonly place: string; readonly bid: string };

/** What the table of state holds, read behind everybody's back. */
export type LakeItems = {
  readonly files: ReadonlyMap<string, LedgerEntry>;
  readonly bundles: ReadonlyMap<string, readonly CommitPart[] | 'aborted'>;
  readonly parts: readonly PartItem[];
  readonly members: readonly Member[];
  readonly raw: ReadonlyMap<string, Item>;
};

const known = new WeakMap<AwsLake, { readonly calls: number; readonly items: LakeItems }>();

/** They are copied only where something may have changed them: they are asked for very often. */
export function itemsOf(lake: AwsLake): LakeItems {
  const before = known.get(lake);
  const { calls } = lake.world;
  const isChanged = calls
    .slice(before?.calls ?? 0)
    .some(({ service, operation }) => service === 'dynamodb' && WRITING.test(operation));
  const items = before && !isChanged ? before.items : readItems(lake);
  known.set(lake, { calls: calls.length, items });
  return items;
}

const WRITING = /^(?:Put|Update|Delete|Transact)/;

function readItems({ world }: AwsLake): LakeItems {
  const items = world.dynamodb.items(STATE);
  const of = (kind: string) => items.filter(({ pk }) => pk?.S?.startsWith(`${kind}#`));
  return {
    files: new Map(of('FILE').map((item) => [fidOf(item), readFile(item)])),
    bundles: new Map(of('BUNDLE').map((item) => [bidOf(item), readBundle(item)])),
    parts: of('PART').map((item) => readPart(item, lakePart)),
    members: of('MEM').map(({ pk, sk }) => ({ place: (pk?.S ?? '').slice(4), bid: sk?.S ?? '' })),
    raw: new Map(items.map((item) => [`${item['pk']?.S} ${item['sk']?.S}`, item])),
  };
}

const fidOf = ({ pk }: Item) => (pk?.S ?? '').slice('FILE#'.length);
const bidOf = ({ pk }: Item) => (pk?.S ?? '').slice('BUNDLE#'.length);
