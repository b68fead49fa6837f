import { hash } from 'node:crypto';
import { AuditLakeError } from '../../errors.js';
import { type BundleId, dataFilePath, META } from '../../lake/names.js';
import type { BundleStore, StagedPart } from '../../ports/bundle-store.js';
import type { CommitPart } from '../../ports/lake-state.js';
import type { StagedBundle, StagedBundles } from '../../ports/staged-bundles.js';
import { S3LakeObjects, type S3LakeOptions } from './s3-lake-objects.js';
import { sideBySide } from './side-by-side.js';

/** Parts of one bundle that are published side by side. */
const AT_ONCE = 8;
const STAGE = `${META.stageFolder}/`;
const PARQUET = 'application/vnd.apache.parquet';
const BUNDLE_ID = /^[a-z2-7]{26}$/;

/**
 * Bundles in S3 (protocol 4.2 steps 4, 7 and 8): all parts behind one another in one staged object, where no reader
 * looks; after the commit each part at its place. Nothing that is there is ever written again.
 * @throws AuditLakeError AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED, from every method but `discard`
 */
export class S3BundleStore implements BundleStore, StagedBundles {
  readonly #objects: S3LakeObjects;

  constructor(options: S3LakeOptions) {
    this.#objects = new S3LakeObjects(options);
  }

  async stage(bid: BundleId, parts: readonly StagedPart[]): Promise<void> {
    if (parts.length === 0) return;
    const bytes = Buffer.concat(parts.map(({ content }) => content));
    const sha256 = hash('sha256', bytes, 'base64');
    await this.#objects.create(stagePath(bid), { bytes, type: 'application/octet-stream', sha256 });
  }

  /**
   * The staged bundle goes last: until then anyone can finish what is begun here. All parts have ended before one's
   * failure is thrown: nothing is written behind the back of the caller.
   */
  async publish(bid: BundleId, parts: readonly StagedPart[]): Promise<void> {
    if (parts.length === 0) return;
    const failures: unknown[] = [];
    const note = (error: unknown) => void failures.push(error);
    await sideBySide(parts, AT_ONCE, (part) => this.#publishPart(bid, part).catch(note));
    if (failures.length > 0) throw failures[0];
    await this.forget(bid);
  }

  /** What cannot be taken away now is taken away by a sweep. */
  async discard(bid: BundleId): Promise<void> {
    await this.forget(bid).catch(() => undefined);
  }

  async *list(): AsyncIterable<StagedBundle> {
    for await (const { name, writtenAt } of this.#objects.files(STAGE)) {
      if (BUNDLE_ID.test(name)) yield { bid: name, stagedAt: writtenAt };
    }
  }

  isStaged(bid: BundleId): Promise<boolean> {
    return this.#objects.isThere(stagePath(bid));
  }

  async publishStaged(bid: BundleId, parts: readonly CommitPart[]): Promise<boolean> {
    const staged = await this.#objects.read(stagePath(bid));
    if (staged === undefined) return false;
    await this.publish(bid, cut(bid, staged.bytes, parts));
    return true;
  }

  async forget(bid: BundleId): Promise<void> {
    await this.#objects.remove(stagePath(bid));
  }

  /** The generation that is written comes before the one that readers see: compaction counts on it (protocol 4.4). */
  async #publishPart(bid: BundleId, part: StagedPart): Promise<void> {
    const sha256 = Buffer.from(part.sha256, 'hex').toString('base64');
    const content = { bytes: part.content, type: PARQUET, sha256 };
    await this.#objects.create(dataFilePath(part, bid), content);
    if (part.copy === undefined) return;
    await this.#objects.create(dataFilePath({ ...part, generation: part.copy }, bid), content);
  }
}

const stagePath = (bid: BundleId) => `${STAGE}${bid}`;

/** The parts of a staged bundle. @throws AuditLakeError INTERNAL where it is not what was committed */
function cut(bid: BundleId, bytes: Uint8Array, parts: readonly CommitPart[]): StagedPart[] {
  let at = 0;
  const staged = parts.map((part) => {
    const content = bytes.subarray(at, at + part.bytes);
    at += part.bytes;
    return { ...part, content };
  });
  const isSame = staged.every(({ content, sha256 }) => hash('sha256', content) === sha256);
  if (isSame && at === bytes.length && parts.length > 0) return staged;
  throw new AuditLakeError('INTERNAL', `bundle ${bid} is staged with other bytes than were committed`);
}
