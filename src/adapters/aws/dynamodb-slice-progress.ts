import { sliceKey } from '../../backfill/slice.js';
import type { SliceEnd } from '../../backfill/slice-end.js';
import type { SliceProgress } from '../../ports/slice-progress.js';
import { ITEM_VERSION, type Item, ItemReader, list, map, text, whole } from './dynamodb-attributes.js';
import type { DynamoDbTable } from './dynamodb-table.js';
import { sideBySide } from './side-by-side.js';

const AT_ONCE = 16;
const [ENDED, OPEN] = ['ENDED', 'OPEN'] as const;

const ofPlan = (planId: string) => text(`SLICE#${planId}`);

/** How far the backfills of a lake in S3 are (items SLICE, behind their plan). Any number may note at once. */
export class DynamoDbSliceProgress implements SliceProgress {
  readonly #table: DynamoDbTable;

  constructor(table: DynamoDbTable) {
    this.#table = table;
  }

  async note(planId: string, ends: readonly SliceEnd[]): Promise<void> {
    // Side by side there is no order: the last end of a slice counts.
    const lastEnds = new Map(ends.map((end) => [end.place, end]));
    await sideBySide([...lastEnds.values()], AT_ONCE, (end) => this.#table.put(itemOf(planId, end)));
  }

  /** The ends of these slices alone: a plan may have a million. */
  async *endsOf(planId: string, places: readonly string[]): AsyncIterable<SliceEnd> {
    const keys = [...new Set(places)].map((place) => ({ pk: ofPlan(planId), sk: text(sliceKey(place)) }));
    // One that is missed costs a listing.
    for (const item of await this.#table.getMany(keys, { consistent: false })) yield endOf(item);
  }

  async *ends(planId: string): AsyncIterable<SliceEnd> {
    for await (const item of this.#table.query(ofPlan(planId))) yield endOf(item);
  }
}

function itemOf(planId: string, end: SliceEnd): Item {
  return {
    pk: ofPlan(planId),
    sk: text(sliceKey(end.place)),
    ver: whole(ITEM_VERSION),
    st: text(end.isOpen ? OPEN : ENDED),
    place: text(end.place),
    listed: whole(end.listed),
    ingested: whole(end.ingested),
    skipped: whole(end.skipped),
    failed: whole(end.failed),
    foreign: whole(end.foreign),
    queued: whole(end.queued),
    gone: whole(end.gone),
    ...(end.unlisted && {
      unlistedCode: text(end.unlisted.code),
      unlistedMessage: text(end.unlisted.message),
    }),
    endedAt: whole(end.at),
    failures: list(
      end.failures.map(({ file, code, message }) =>
        map({ file: text(file), code: text(code), message: text(message) }),
      ),
    ),
  };
}

/** @throws AuditLakeError LAKE_FORMAT */
function endOf(item: Item): SliceEnd {
  const reader = ItemReader.ofItem(item);
  const code = reader.optionalText('unlistedCode');
  return {
    place: reader.text('place'),
    isOpen: reader.word('st', [ENDED, OPEN]) === OPEN,
    listed: reader.whole('listed'),
    ingested: reader.whole('ingested'),
    skipped: reader.whole('skipped'),
    failed: reader.whole('failed'),
    foreign: reader.whole('foreign'),
    queued: reader.whole('queued'),
    gone: reader.whole('gone'),
    unlisted: code === undefined ? undefined : { code, message: reader.text('unlistedMessage') },
    at: reader.whole('endedAt'),
    failures: reader.maps('failures').map((failure) => ({
      file: failure.text('file'),
      code: failure.text('code'),
      message: failure.text('message'),
    })),
  };
}
