import * as z from 'zod';
import { AuditLakeError } from '../errors.js';
import { firstIssue } from './first-issue.js';
import type { Plan, PlanHead, PlannedSlice, StoredPlan } from './plan.js';
import { type Detail, DetailShape, detailsOf, planDetailsOf } from './plan-details.js';
import { type Head, HeadShape, headOf, PLAN_VERSION, planHeadOf } from './plan-head.js';
import { planFileName, planIdIn } from './plan-id.js';
import { numberedLines } from './plan-lines.js';
import { isPlace, within } from './plan-places.js';

const NEXT = 'make a new one with `audit-lake backfill plan`';

const count = z.int().nonnegative();

const SliceShape = z.strictObject({
  place: z.string().refine(isPlace, 'is no folder with a slash at its end'),
  account: z.string().optional(),
  region: z.string().optional(),
  day: z.iso.date().optional(),
  files: count,
  bytes: count,
  settled: count,
  archived: count,
  /** Absent where it is not. */
  is_settled: z.literal(true).optional(),
});

/**
 * The lines of a plan file, each with its end: the head, its months, gaps and places that could not be listed, then
 * the slices in their order. Their number is `slices` of the plan. @throws AuditLakeError INTERNAL where it is not
 */
export function* planLines(plan: Plan, slices: Iterable<PlannedSlice>): Generator<string> {
  yield `${JSON.stringify(headOf(plan))}\n`;
  for (const detail of detailsOf(plan)) yield `${JSON.stringify(detail)}\n`;
  let written = 0;
  for (const { isSettled, ...slice } of slices) {
    yield `${JSON.stringify({ ...slice, is_settled: isSettled || undefined })}\n`;
    written++;
  }
  if (written === plan.slices) return;
  throw new AuditLakeError('INTERNAL', `plan ${plan.id} counts ${plan.slices} slices and has ${written}`);
}

/**
 * Reads a plan file up to its first slice: a file that is cut short is found out when its slices are read.
 * @param open the bytes of the file from its beginning, each time that it is called
 * @param location of the file, for messages
 * @throws AuditLakeError PLAN_FORMAT
 */
export async function readPlanFile(
  open: () => AsyncIterable<Uint8Array>,
  location: string,
): Promise<StoredPlan> {
  let head: Head | undefined;
  const details: Detail[] = [];
  for await (const { text, number } of numberedLines(open(), location)) {
    if (head === undefined) head = readHead(text, location);
    else details.push(readDetail(text, `line ${number} of ${location}`));
    if (details.length < detailCount(head)) continue;
    const plan = { ...planHeadOf(head), ...planDetailsOf(details) };
    return { plan, location, slices: () => readSlices(open(), plan, location) };
  }
  if (head !== undefined) throw malformed(location, `was cut short behind line ${details.length + 1}`);
  throw malformed(location, 'is empty');
}

/** Reads the first line of a plan file, and no more. As of {@link readPlanFile}. @throws AuditLakeError PLAN_FORMAT */
export async function readPlanHead(
  open: () => AsyncIterable<Uint8Array>,
  location: string,
): Promise<PlanHead> {
  for await (const { text } of numberedLines(open(), location)) return planHeadOf(readHead(text, location));
  throw malformed(location, 'is empty');
}

/**
 * A line of a plan file as the JSONL item reader of Step Functions hands it to a Lambda: undefined for the head and
 * what belongs to it.
 * @throws AuditLakeError PLAN_FORMAT
 */
export function readSliceItem(value: unknown): PlannedSlice | undefined {
  if (isHead(value)) {
    mustBeOurVersion(value, 'the item');
    return undefined;
  }
  if (DetailShape.safeParse(value).success) return undefined;
  const read = SliceShape.safeParse(value);
  if (read.success) return sliceOfShape(read.data);
  throw malformed('the item', 'is no slice of a plan', read.error);
}

async function* readSlices(
  chunks: AsyncIterable<Uint8Array>,
  plan: Plan,
  location: string,
): AsyncGenerator<PlannedSlice> {
  let read = 0;
  let before = 1 + plan.months.length + plan.gaps.length + plan.unlisted.length;
  const isOurs = within(plan.sources);
  for await (const { text, number } of numberedLines(chunks, location)) {
    if (before-- > 0) continue;
    const where = `line ${number} of ${location}`;
    const slice = SliceShape.safeParse(parse(text, where));
    if (!slice.success) throw malformed(where, 'is no slice of a plan', slice.error);
    read++;
    if (read > plan.slices) throw malformed(where, `is one slice more than the ${plan.slices} of the head`);
    const { place } = slice.data;
    if (!isOurs(place)) throw malformed(where, `names ${place}, which lies in no source of the plan`);
    yield sliceOfShape(slice.data);
  }
  if (read === plan.slices) return;
  throw malformed(location, `was cut short: ${read} of ${plan.slices} slices`);
}

function readHead(text: string, location: string): Head {
  const where = `line 1 of ${location}`;
  const value = parse(text, where);
  if (!isHead(value)) throw malformed(where, 'is not the head of a plan');
  mustBeOurVersion(value, location);
  const head = HeadShape.safeParse(value);
  if (!head.success) throw malformed(where, 'is not the head of a plan', head.error);
  const { id } = head.data;
  if ((planIdIn(location) ?? id) === id) return head.data;
  throw malformed(location, `holds the plan ${id}, whose file is called ${planFileName(id)}`);
}

function readDetail(text: string, where: string): Detail {
  const detail = DetailShape.safeParse(parse(text, where));
  if (detail.success) return detail.data;
  throw malformed(where, 'belongs to no head of a plan', detail.error);
}

const detailCount = ({ months, gaps, unlisted }: Head) => months + gaps + unlisted;

function isHead(value: unknown): value is { readonly plan: unknown } {
  return typeof value === 'object' && value !== null && 'plan' in value;
}

function mustBeOurVersion({ plan }: { readonly plan: unknown }, where: string): void {
  if (plan === PLAN_VERSION) return;
  const newer = typeof plan === 'number' && plan > PLAN_VERSION ? 'upgrade audit-lake, or ' : '';
  const message = `${where} is a plan of version ${JSON.stringify(plan)}, and this is version ${PLAN_VERSION}`;
  throw new AuditLakeError('PLAN_FORMAT', `${message}: ${newer}${NEXT}`);
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(where, 'is not JSON', error);
  }
}

function malformed(where: string, what: string, cause?: unknown): AuditLakeError {
  const detail = cause instanceof z.ZodError ? ` (${firstIssue(cause)})` : '';
  return new AuditLakeError('PLAN_FORMAT', `${where} ${what}${detail}: ${NEXT}`, cause);
}

function sliceOfShape({
  account,
  region,
  day,
  is_settled,
  ...slice
}: z.infer<typeof SliceShape>): PlannedSlice {
  return { ...slice, account, region, day, isSettled: is_settled ?? false };
}
