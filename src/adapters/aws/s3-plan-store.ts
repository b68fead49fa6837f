import { hash } from 'node:crypto';
import type { Plan, PlanHead, PlannedSlice, StoredPlan } from '../../backfill/plan.js';
import { isPlanId, planFileName, planIds } from '../../backfill/plan-id.js';
import { inPieces } from '../../backfill/plan-lines.js';
import { AuditLakeError } from '../../errors.js';
import { META } from '../../lake/names.js';
import type { PlanStore } from '../../ports/plan-store.js';
import { S3LakeObjects, type S3LakeOptions } from './s3-lake-objects.js';
import { formatPlace, keyBelow, parsePlace, type S3Place } from './s3-place.js';
import { type PlanAccess, readS3Plan, readS3PlanHead } from './s3-plan-file.js';

const FOLDER = `${META.plansFolder}/`;

/** The plans of a lake in S3. @throws AuditLakeError AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED, from every method */
export class S3PlanStore implements PlanStore {
  readonly #objects: S3LakeObjects;
  readonly #options: S3LakeOptions;

  constructor(options: S3LakeOptions) {
    this.#objects = new S3LakeObjects(options);
    this.#options = options;
  }

  /** One request. Holds the file twice: some 500 bytes a slice. */
  async write(plan: Plan, slices: Iterable<PlannedSlice>): Promise<string> {
    const { planLines } = await import('../../backfill/plan-file.js');
    const pieces = Array.from(inPieces(planLines(plan, slices)), (piece) => Buffer.from(piece));
    const bytes = Buffer.concat(pieces);
    const content = { bytes, type: 'application/jsonl', sha256: hash('sha256', bytes, 'base64') };
    // An id is drawn afresh: a plan that is there is this one, of which the first answer was lost.
    await this.#objects.create(pathOf(plan.id), content);
    return this.locationOf(plan.id);
  }

  async read(named: string): Promise<StoredPlan> {
    const { access, place } = this.#find(named);
    return readS3Plan(access, place);
  }

  async head(named: string): Promise<PlanHead> {
    const { access, place } = this.#find(named);
    return readS3PlanHead(access, place);
  }

  async ids(): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const { name } of this.#objects.files(FOLDER)) names.push(name);
    return planIds(names);
  }

  locationOf(id: string): string {
    return formatPlace(this.#placeOf(id));
  }

  /** A plan of this lake, or a plan file anywhere in S3. @throws AuditLakeError USAGE */
  #find(named: string): { readonly access: PlanAccess; readonly place: S3Place } {
    if (isPlanId(named)) return { access: this.#options, place: this.#placeOf(named) };
    const place = parsePlace(named);
    if (place === undefined || place.prefix === '') {
      const message = `${named} names no plan: expected the id of one in ${this.#folder()}, or s3://bucket/key`;
      throw new AuditLakeError('USAGE', message);
    }
    const { client, waiting, expectedOwner, place: lake } = this.#options;
    const isOurs = place.bucket === lake.bucket;
    return { access: { client, waiting, ...(isOurs && { expectedOwner }) }, place };
  }

  #placeOf(id: string): S3Place {
    const { place } = this.#options;
    return { bucket: place.bucket, prefix: keyBelow(place, pathOf(id)) };
  }

  #folder(): string {
    const { place } = this.#options;
    return formatPlace({ bucket: place.bucket, prefix: keyBelow(place, FOLDER) });
  }
}

function pathOf(id: string): string {
  return `${FOLDER}${planFileName(id)}`;
}
