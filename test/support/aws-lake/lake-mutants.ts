import { createRandom } from '../../../src/demo/random.js';
import { bundleId } from '../../../src/lake/names.js';
import type { StagedPart } from '../../../src/ports/bundle-store.js';
import type { LakePorts } from './aws-lake.ts';
import type { Circumstances } from './aws-process.ts';
import { nonAtomic, withoutCondition } from './transaction-mutants.ts';

/** What a run is like. */
export type Climate = {
  /** Workers sleep for hours, at many of their effects. */
  readonly isSleepy: boolean;
  /** Partitions are registered at once, and soon sealed. */
  readonly isSealing: boolean;
};

/** A bug planted in front of AWS or of the ports. `breaks`: what the oracle says of it. */
export type Mutant = {
  readonly name: string;
  readonly meaning: string;
  readonly breaks: RegExp;
  /** In which it shows soon. */
  readonly climate?: Partial<Climate>;
  readonly send?: NonNullable<Circumstances['send']>;
  readonly ports?: (ports: LakePorts) => LakePorts;
};

const withoutCopy = (parts: readonly StagedPart[]): StagedPart[] => parts.map(({ copy: _, ...part }) => part);
const copiesOf = (parts: readonly StagedPart[]): StagedPart[] =>
  parts.flatMap(({ copy, ...part }) => (copy === undefined ? [] : [{ ...part, generation: copy }]));

type Publish = (ports: LakePorts) => LakePorts['store']['publish'];

/** The same lake, whose owners publish otherwise. */
const publishing =
  (publish: Publish) =>
  (ports: LakePorts): LakePorts => {
    const { store } = ports;
    const stage = store.stage.bind(store);
    const discard = store.discard.bind(store);
    return { ...ports, store: { stage, discard, publish: publish(ports) } };
  };

/** The mutants of modelcheck-bundles.mjs that concern ingest and sweep, by the same names. */
export const BUNDLE_MUTANTS: readonly Mutant[] = [
  {
    name: 'naive',
    meaning: 'PUT where readers look, then commit',
    breaks: /STRANGER/,
    ports: (ports) => ({
      ...ports,
      store: {
        stage: (bid, parts) => ports.store.publish(bid, parts),
        publish: async () => undefined,
        discard: async () => undefined,
      },
    }),
  },
  {
    name: 'commit-not-atomic',
    meaning: 'items one by one instead of one transaction',
    breaks: /DEFECT|INVISIBLE|FORGOTTEN|STRANGER|members/,
    send: nonAtomic,
  },
  {
    name: 'no-file-check',
    meaning: 'commit without the condition on FILE',
    breaks: /STRANGER|DUPLICATE/,
    send: withoutCondition('TransactWriteItems', 'FILE#'),
  },
  {
    name: 'no-part-check',
    climate: { isSealing: true },
    meaning: 'commit without the condition on PART.w',
    breaks: /members after it was sealed|counts other members/,
    send: withoutCondition('TransactWriteItems', 'PART#'),
  },
  {
    name: 'park-unconditional',
    meaning: 'MISSING written over a settled FILE',
    breaks: /STRANGER/,
    send: withoutCondition('PutItem', 'FILE#'),
  },
  {
    name: 'stage-after-commit',
    meaning: 'the bytes are staged only after the commit',
    breaks: /INVISIBLE/,
    ports: (ports) => ({
      ...ports,
      store: {
        stage: async () => undefined,
        publish: async (bid, parts) => {
          await ports.store.stage(bid, parts);
          await ports.store.publish(bid, parts);
        },
        discard: async () => undefined,
      },
    }),
  },
  {
    name: 'same-ids',
    meaning: 'every process draws the same bundle ids',
    breaks: /./,
    ports: (ports) => {
      const { between } = createRandom(1);
      return {
        ...ports,
        newBundleId: () => bundleId(Uint8Array.from({ length: 17 }, () => between(0, 255))),
      };
    },
  },
  {
    name: 'delete-before-publish',
    meaning: 'the staged object is deleted before the PUT',
    breaks: /INVISIBLE/,
    ports: publishing(({ store, finishing }) => async (bid, parts) => {
      await finishing.staged.forget(bid);
      await store.publish(bid, parts);
    }),
  },
  {
    name: 'delete-after-first',
    climate: { isSealing: true, isSleepy: true },
    meaning: 'the same before the second copy',
    breaks: /INVISIBLE/,
    ports: publishing(({ store }) => async (bid, parts) => {
      await store.publish(bid, withoutCopy(parts));
      await store.publish(bid, copiesOf(parts));
    }),
  },
  {
    name: 'only-owner-publishes',
    meaning: 'nobody finishes the bundle of a dead worker',
    breaks: /INVISIBLE/,
    ports: ({ finishing, ...ports }) => {
      const { staged } = finishing;
      const none = { list: () => staged.list(), forget: (bid: string) => staged.forget(bid) };
      const other = { ...none, isStaged: async () => false, publishStaged: async () => false };
      return { ...ports, finishing: { ...finishing, staged: other } };
    },
  },
  {
    name: 'publish-at-current-w',
    climate: { isSealing: true },
    meaning: 'publish where PART points now, not where the commit said',
    breaks: /STRANGER|INVISIBLE/,
    ports: publishing(({ store, state }) => async (bid, parts) => {
      const places = await state.openPartitions(parts);
      const moved = withoutCopy(parts).map((part, at) => ({
        ...part,
        generation: places[at]?.writing ?? 0,
      }));
      await store.publish(bid, moved);
    }),
  },
  {
    name: 'no-second-copy',
    climate: { isSealing: true },
    meaning: 'a commit into a sealed day is not visible before the swap',
    breaks: /INVISIBLE/,
    ports: publishing(
      ({ store }) =>
        (bid, parts) =>
          store.publish(bid, withoutCopy(parts)),
    ),
  },
  {
    name: 'second-copy-first',
    climate: { isSealing: true },
    meaning: 'PUT to v before PUT to w',
    breaks: /AHEAD/,
    ports: publishing(({ store }) => async (bid, parts) => {
      // The one that is published first is staged again, as it was: only the order of the two is wrong.
      const copies = copiesOf(parts);
      if (copies.length > 0) {
        await store.publish(bid, copies);
        await store.stage(bid, parts);
      }
      await store.publish(bid, parts);
    }),
  },
];

/** Needs a worker that sleeps for an hour while nobody else takes its messages: no matter for chance. */
export const SWEEP_MUTANT: Mutant = {
  name: 'sweep-no-tombstone',
  meaning: 'the sweep deletes a staged object without aborting its id',
  breaks: /INVISIBLE/,
  ports: ({ finishing, ...ports }) => {
    const { ledger } = finishing;
    const findBundle = ledger.findBundle.bind(ledger);
    return { ...ports, finishing: { ...finishing, ledger: { findBundle, abortBundle: async () => true } } };
  },
};
