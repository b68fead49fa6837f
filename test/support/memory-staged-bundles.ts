import { createHash } from 'node:crypto';
import { AuditLakeError } from '../../src/errors.js';
import { type BundleId, dataFilePath } from '../../src/lake/names.js';
import type { BundleStore, StagedPart } from '../../src/ports/bundle-store.js';
import type { CommitPart } from '../../src/ports/lake-state.js';
import type { BundleLedger, StagedBundle, StagedBundles } from '../../src/ports/staged-bundles.js';
import type { MemoryItems } from './memory-lake-state.ts';
import type { MemoryObjects } from './memory-objects.ts';

/** Mutants of the model checker that concern staging, publishing and the sweep (modelcheck-bundles.mjs). */
export type StagingBug =
  | 'stage-after-commit'
  | 'delete-before-publish'
  | 'delete-after-first'
  | 'second-copy-first'
  | 'no-second-copy'
  | 'publish-at-current-w'
  | 'only-owner-publishes'
  | 'sweep-no-tombstone';

const STAGE = '_meta/stage/';
type Put = { readonly path: string; readonly content: Uint8Array };

/**
 * Bundles in a bucket as protocol 4.2 has them: one staged object that no reader sees, then a data file for each part
 * where the commit said, and once more in the generation that readers see. Each PUT and DELETE is a step of its own.
 */
export class MemoryStagedBundles implements BundleStore, StagedBundles {
  readonly #objects: MemoryObjects;
  readonly #items: MemoryItems;
  readonly #bug: string | undefined;

  constructor(objects: MemoryObjects, items: MemoryItems, bug?: string) {
    this.#objects = objects;
    this.#items = items;
    this.#bug = bug;
  }

  async stage(bid: BundleId, parts: readonly StagedPart[]): Promise<void> {
    if (parts.length === 0 || this.#bug === 'stage-after-commit') return;
    await this.#objects.put(STAGE + bid, joined(parts));
  }

  async publish(bid: BundleId, parts: readonly StagedPart[]): Promise<void> {
    if (parts.length === 0) return;
    if (this.#bug === 'stage-after-commit') await this.#objects.put(STAGE + bid, joined(parts));
    await this.#publish(bid, parts);
  }

  async discard(bid: BundleId): Promise<void> {
    await this.forget(bid);
  }

  async *list(): AsyncIterable<StagedBundle> {
    if (this.#bug === 'only-owner-publishes') return;
    for (const { name, at } of await this.#objects.below(STAGE)) {
      yield { bid: name.slice(STAGE.length), stagedAt: at };
    }
  }

  async isStaged(bid: BundleId): Promise<boolean> {
    return this.#bug !== 'only-owner-publishes' && this.#objects.has(STAGE + bid);
  }

  async publishStaged(bid: BundleId, parts: readonly CommitPart[]): Promise<boolean> {
    const bytes = await this.#objects.get(STAGE + bid);
    if (!bytes) return false;
    let start = 0;
    const staged = parts.map((part) => {
      const content = bytes.slice(start, start + part.bytes);
      start += part.bytes;
      if (createHash('sha256').update(content).digest('hex') === part.sha256) return { ...part, content };
      throw new AuditLakeError('INTERNAL', `what is staged of ${bid} is not what was committed`);
    });
    await this.#publish(bid, staged);
    return true;
  }

  async forget(bid: BundleId): Promise<void> {
    await this.#objects.remove(STAGE + bid);
  }

  async #publish(bid: BundleId, parts: readonly StagedPart[]): Promise<void> {
    const first = parts.map((part) => this.#put(bid, part, this.#generationOf(part)));
    const copies = parts.flatMap((part) =>
      part.copy === undefined || this.#bug === 'no-second-copy' ? [] : this.#put(bid, part, part.copy),
    );
    if (this.#bug === 'delete-before-publish') await this.forget(bid);
    if (this.#bug === 'second-copy-first') await this.#putAll(copies);
    await this.#putAll(first);
    if (this.#bug === 'delete-after-first') await this.forget(bid);
    await this.#putAll(copies);
    await this.forget(bid);
  }

  async #putAll(puts: readonly Put[]): Promise<void> {
    for (const { path, content } of puts) await this.#objects.put(path, content);
  }

  #put(bid: BundleId, { table, day, content }: StagedPart, generation: number): Put {
    return { path: dataFilePath({ table, day, generation }, bid), content };
  }

  #generationOf({ table, day, generation }: StagedPart): number {
    if (this.#bug !== 'publish-at-current-w') return generation;
    return this.#items.parts.get(`${table}#${day}`)?.w ?? generation;
  }
}

/** What the items say of bundles. Each call is one step. */
export class MemoryBundleLedger implements BundleLedger {
  readonly #items: MemoryItems;
  readonly #bug: string | undefined;

  constructor(items: MemoryItems, bug?: string) {
    this.#items = items;
    this.#bug = bug;
  }

  async findBundle(bid: BundleId): Promise<'absent' | 'aborted' | readonly CommitPart[]> {
    if (this.#items.bundles.get(bid) === 'ABORTED') return 'aborted';
    return this.#items.bundleParts.get(bid) ?? 'absent';
  }

  async abortBundle(bid: BundleId): Promise<boolean> {
    if (this.#items.bundles.get(bid) === 'COMMITTED') return false;
    if (this.#bug !== 'sweep-no-tombstone') this.#items.bundles.set(bid, 'ABORTED');
    return true;
  }
}

function joined(parts: readonly StagedPart[]): Uint8Array {
  return Buffer.concat(parts.map(({ content }) => content));
}
