import { hash } from 'node:crypto';
import type { Plan, PlannedSlice, StoredPlan } from '../../backfill/plan.js';
import { isPlanId, planFileName, planIds } from '../../backfill/plan-id.js';
import { inPieces } from '../../backfill/plan-lines.js';
import { AuditLakeError } from '../../errors.js';
import { META } from '../../lake/names.js';
import type { PlanStore } from '../../ports/plan-store.js';
import { S3LakeObjects, type S3LakeOptions } from './s3-lake-objects.js';
import { formatPlace, keyBelow, parsePlace, type S3Place } from './s3-place.js';
import { readS3Plan } from './s3-plan-file.js';

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
    return formatPlace(this.#placeOf(plan.id));
  }

  async read(named: string): Promise<StoredPlan> {
    if (isPlanId(named)) return readS3Plan(this.#options, this.#placeOf(named));
    const place = parsePlace(named);
    if (place === undefined || place.prefix === '') {
      const message = `${named} names no plan: expected the id of one in ${this.#folder()}, or s3://bucket/key`;
      throw new AuditLakeError('USAGE', message);
    }
    const { client, waiting, expectedOwner, place: lake } = this.#options;
    const isOurs = place.bucket === lake.bucket;
    return readS3Plan({ client, waiting, ...(isOurs && { expectedOwner }) }, place);
  }

  async ids(): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const { name } of this.#objects.files(FOLDER)) names.push(name);
    return planIds(names);
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
