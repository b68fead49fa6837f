import { hash } from 'node:crypto';
import { AuditLakeError } from '../../errors.js';
import { META } from '../../lake/names.js';
import type { Call, Check, Step } from '../../ports/access-check.js';
import { kmsDenial } from './kms-denial.js';
import { bucketName, type ResourceArns } from './resource-arns.js';
import type { S3LakeFile } from './s3-lake-file.js';
import { S3LakeObjects, type S3LakeOptions } from './s3-lake-objects.js';
import { formatPlace, keyBelow } from './s3-place.js';

/** Whether the lake has been made: learned on the way, needed by what comes after it. */
export type LakeSeen = { isMade?: boolean };

export type LakeAccessOptions = S3LakeOptions & {
  readonly arns: ResourceArns;
  readonly lakeFile: S3LakeFile;
  /** A fresh one: nothing else ever has its name. */
  readonly bundleId: string;
  readonly seen: LakeSeen;
};

const BYTES = Buffer.from('written by audit-lake doctor');
const CONTENT = { bytes: BYTES, type: 'text/plain', sha256: hash('sha256', BYTES, 'base64') };

/** Whether the bucket can be listed and written, lake.json read, and whether S3 heeds conditions. */
export function lakeAccess(options: LakeAccessOptions): readonly Check[] {
  return [bucketCheck(options), lakeFileCheck(options)];
}

/** A staged bundle that nobody knows: were it left over, a sweep would take it away. */
function bucketCheck(options: LakeAccessOptions): Check {
  const { place, arns, bundleId, expectedOwner } = options;
  const objects = new S3LakeObjects(options);
  const path = `${META.stageFolder}/${bundleId}`;
  const at = formatPlace(place);
  let isConditional = false;
  const list = async () => {
    for await (const _ of objects.files(`${META.stageFolder}/`)) break;
    return undefined;
  };
  const write = async () => {
    await objects.create(path, CONTENT);
    isConditional = !(await objects.create(path, CONTENT));
    return undefined;
  };
  const remove = async () => {
    await objects.remove(path);
    if (isConditional) return `${at}: written and deleted below ${META.stageFolder}/`;
    const message = `${at} does not heed If-None-Match: log files could get into the lake twice`;
    throw new AuditLakeError('AWS_FAILED', message);
  };
  const inBucket = { on: bucketName(place, expectedOwner), resources: arns.bucket(place) };
  const ofObjects = { on: at, resources: arns.objects(place) };
  // What is published is never deleted (threat T13).
  const stage = { ...place, prefix: keyBelow(place, META.stageFolder) };
  const ofStaged = { on: formatPlace(stage), resources: arns.objects(stage) };
  return {
    name: 'lake bucket',
    needs: ['credentials'],
    steps: [
      step('s3:ListBucket', inBucket, list),
      step('s3:PutObject', ofObjects, write),
      step('s3:DeleteObject', ofStaged, remove),
    ],
  };
}

function lakeFileCheck({ place, arns, lakeFile, seen }: LakeAccessOptions): Check {
  const read = async () => {
    const known = await lakeFile.read();
    seen.isMade = known !== undefined;
    if (!known) return 'not there yet: the first ingest makes it';
    const { format, datasets } = known.lake;
    return `format ${format}, ${datasets.map(({ name }) => name).join(', ') || 'no datasets'}`;
  };
  const of = { on: formatPlace(place), resources: arns.objects(place) };
  return { name: 'lake.json', needs: ['lake bucket'], steps: [step('s3:GetObject', of, read)] };
}

type Resource = { readonly on: string; readonly resources: readonly string[] };

function step(action: string, { on, resources }: Resource, run: Step['run']): Step {
  const call: Call = { action, on, allowedBy: { actions: [action], resources } };
  return { call, deniedInstead: kmsDenial, run };
}
