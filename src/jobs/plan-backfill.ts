import type { Plan, PlannedSlice } from '../backfill/plan.js';
import { PlanCount } from '../backfill/plan-count.js';
import type { DatasetName } from '../datasets/dataset.js';
import { AuditLakeError } from '../errors.js';
import type { Archive, Found, StoredObject } from '../ports/archive.js';
import type { LakeState } from '../ports/lake-state.js';
import { ahead } from './ahead.js';
import { leaveOutSettled } from './settled.js';

export type PlanBackfillOptions = {
  readonly archive: Pick<Archive, 'survey' | 'asOf'>;
  /** What the plan says of itself. */
  readonly head: Pick<
    Plan,
    'id' | 'made' | 'lake' | 'sources' | 'scope' | 'datasets' | 'eventSources' | 'inventory'
  >;
  /** Knows what is settled; undefined where there is no lake yet. */
  readonly ledger: Pick<LakeState, 'lookup'> | undefined;
  /** Told of the log files counted so far. */
  readonly onCounted?: (files: number) => void;
};

/** So many pages wait for the ledger at once. */
const PAGES_AHEAD = 8;

/**
 * Counts what there is to backfill, and what of it is settled; reads no log file. Holds some 250 bytes a slice.
 * @throws AuditLakeError NO_LOG_FILES saying what was seen instead; AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function planBackfill({
  archive,
  head,
  ledger,
  onCounted,
}: PlanBackfillOptions): Promise<{ readonly plan: Plan; readonly slices: readonly PlannedSlice[] }> {
  const { scope, datasets, made, inventory } = head;
  const count = new PlanCount(scope);
  const outOfScope: Places = { count: 0, some: [] };
  const note = async (found: Found) => {
    if (found.kind === 'left-out') count.leftOut(found.reason);
    else if (found.kind === 'out-of-scope') addPlace(outOfScope, found.place);
    else if (found.kind === 'unlisted') count.unlisted(found);
    else {
      const settled = await settledOf(found.objects, datasets, ledger);
      for (const object of found.objects) count.add(object, settled.has(object.location));
      onCounted?.(found.objects.length);
    }
  };
  for await (const _ of ahead(archive.survey(scope), PAGES_AHEAD, note));
  // An inventory says nothing of what came since, and may miss some of what came shortly before.
  const slices = count.slices(made, inventory === undefined ? made : 0);
  const plan = { ...head, ...count.totals(made), slices: slices.length, inventoryMade: archive.asOf };
  if (plan.total.files === 0) throw nothingFound(plan, outOfScope);
  return { plan, slices };
}

async function settledOf(
  objects: readonly StoredObject[],
  datasets: readonly DatasetName[],
  ledger: PlanBackfillOptions['ledger'],
): Promise<ReadonlySet<string>> {
  if (ledger === undefined) return new Set();
  const files = objects.flatMap(({ what, location, etag }) =>
    what === 'foreign' ? [] : [{ ref: what, location, etag }],
  );
  const { settled } = await leaveOutSettled(files, datasets, ledger);
  return new Set(settled.map(({ location }) => location));
}

const SHOWN = 5;
const LAYOUTS =
  'CloudTrail delivers to <prefix>/AWSLogs/<account>/CloudTrail/<Region>/YYYY/MM/DD/*.json.gz, with the id of the ' +
  'organization behind AWSLogs/ or (Control Tower) before it; any other folder may hold .json.gz or .json files';

/** Says what was seen: whoever named the wrong folder, account or days sees which would be right. */
function nothingFound({ sources, foreign, unlisted }: Plan, outOfScope: Places): AuditLakeError {
  const others = Object.entries(foreign).map(([reason, count]) => `${count} ${reason}`);
  const denied = unlisted.find(({ code }) => code === 'AWS_DENIED');
  if (denied && others.length === 0 && outOfScope.count === 0) {
    return new AuditLakeError('AWS_DENIED', denied.message);
  }
  const seen = [
    ...(others.length > 0 ? [others.join(', ')] : []),
    ...(outOfScope.count > 0 ? [`left out by the options: ${some(outOfScope)}`] : []),
    ...(unlisted.length > 0 ? [`not to be listed: ${some(placesOf(unlisted))}`] : []),
  ];
  const message =
    `there is no log file to backfill in ${sources.join(', ')}. Seen ` +
    `${seen.length > 0 ? seen.join('; ') : 'nothing at all'}. ${LAYOUTS}`;
  return new AuditLakeError('NO_LOG_FILES', message);
}

/** How many there are, and the first of them by name. */
type Places = { count: number; some: readonly string[] };

function addPlace(places: Places, place: string): void {
  places.count++;
  places.some = [...places.some, place].sort().slice(0, SHOWN);
}

function placesOf(all: readonly { readonly place: string }[]): Places {
  const places: Places = { count: 0, some: [] };
  for (const { place } of all) addPlace(places, place);
  return places;
}

function some({ count, some }: Places): string {
  return `${some.join(', ')}${count > some.length ? ` and ${count - some.length} more` : ''}`;
}
