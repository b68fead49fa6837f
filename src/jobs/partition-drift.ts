import type { PartitionKey } from '../lake/partition.js';
import type { CatalogLocation } from '../ports/catalog.js';
import type { RegisteredPartition } from '../ports/partition-register.js';

/** A day as the lake, the register and the catalog see it; what one of them does not know is left out. */
export type SeenPartition = PartitionKey & {
  /** The highest generation that has a folder. */
  readonly folder?: number | undefined;
  readonly part?: RegisteredPartition | undefined;
  readonly location?: CatalogLocation | undefined;
};

/**
 * How they disagree. unregistered: data, and no entry in the register. dropped: REGISTERED, and not in the catalog.
 * unnoted: in the catalog, and not REGISTERED. regressed: the catalog shows an older generation than readers should
 * see. misplaced: the catalog has it somewhere else. state-lost: compacted data, and no entry in the register.
 */
export type DriftKind = 'unregistered' | 'dropped' | 'unnoted' | 'regressed' | 'misplaced' | 'state-lost';
export type Drift = { readonly kind: DriftKind; readonly reason: string };

/** What is wrong with a day; undefined where nothing is, or where the registrar is at it. */
export function driftOf({ folder, part, location }: SeenPartition): Drift | undefined {
  if (!part) return driftOfUnknown(folder);
  if (!location) {
    const isDropped = part.registration === 'REGISTERED';
    return isDropped ? { kind: 'dropped', reason: 'the catalog does not show it any more' } : undefined;
  }
  const reason = misplaced(part, location);
  if (reason !== undefined) return { kind: 'misplaced', reason };
  if (location.kind === 'own' && location.generation < part.visible) {
    const generations = `generation ${location.generation} instead of ${part.visible}`;
    return { kind: 'regressed', reason: `the catalog shows ${generations}` };
  }
  if (part.registration === 'REGISTERED' || part.registration === 'ISSUING') return undefined;
  return { kind: 'unnoted', reason: `the catalog shows it, the register has it ${part.registration}` };
}

/** Why a partition may not stay where the catalog has it; undefined where it lies in a generation of its own. */
export function misplaced(
  { writing }: { readonly writing: number },
  location: CatalogLocation,
): string | undefined {
  if (location.kind === 'foreign') {
    return `the catalog has it at ${location.location}, not below ${location.root}`;
  }
  if (location.generation <= writing) return undefined;
  return `the catalog has it at generation ${location.generation}, the lake writes ${writing}`;
}

/**
 * A new entry of the register begins with generation 0, so it is made only where no later one can be hidden by it.
 */
function driftOfUnknown(folder: number | undefined): Drift | undefined {
  if (folder === undefined) return undefined;
  if (folder === 0)
    return { kind: 'unregistered', reason: 'the lake holds data that the register does not know' };
  return {
    kind: 'state-lost',
    reason: `the lake holds generation ${folder}, the register nothing: restore the state table from its backup`,
  };
}
