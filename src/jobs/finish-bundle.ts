import { AuditLakeError } from '../errors.js';
import type { BundleId } from '../lake/names.js';
import type { BundleLedger, StagedBundle, StagedBundles } from '../ports/staged-bundles.js';

export type FinishPorts = {
  readonly ledger: BundleLedger;
  readonly staged: StagedBundles;
  readonly pause: (millis: number) => Promise<void>;
};

/** A transaction that has settled a log file may need this long before a strong read shows all of it. */
const SETTLING_MS = 200;
const MOST_READS = 50;

/**
 * Makes sure that a committed bundle is visible, whoever committed it (protocol 4.2, `finish`): by redelivery,
 * sweep or a loser of the race, any number at once. No log file is read again.
 * @throws AuditLakeError AWS_DENIED, AWS_FAILED, INTERNAL (the ledger names a bundle that it does not have)
 */
export async function finishBundle(bid: BundleId, { ledger, staged, pause }: FinishPorts): Promise<void> {
  if (!(await staged.isStaged(bid))) return;
  for (let reads = 0; reads < MOST_READS; reads++) {
    const bundle = await ledger.findBundle(bid);
    if (bundle === 'aborted') break;
    if (bundle !== 'absent') {
      await staged.publishStaged(bid, bundle);
      return;
    }
    await pause(SETTLING_MS);
  }
  throw new AuditLakeError('INTERNAL', `bundle ${bid} settled log files, but the ledger has no commit of it`);
}

export type SweepReport = {
  published: number;
  aborted: number;
  young: number;
  oldestMillis: number;
  /** Bundles that could not be ended: each alone, so that they do not stand in the way of the others. */
  readonly warnings: string[];
};

/** A staged bundle this old was left by somebody who is gone. It saves work; safety does not rest on it. */
const LEFT_MS = 3_600_000;

/**
 * Ends what others began (protocol 4.2, sweep): committed bundles are published, those that nobody committed are
 * aborted and deleted. `now`: milliseconds since 1970. Holds one staged bundle at a time.
 * @throws AuditLakeError AWS_DENIED, AWS_FAILED
 */
export async function sweepBundles(ports: FinishPorts, now: number): Promise<SweepReport> {
  const report: SweepReport = { published: 0, aborted: 0, young: 0, oldestMillis: 0, warnings: [] };
  for await (const bundle of ports.staged.list()) {
    try {
      await end(bundle, { ports, now, report });
    } catch (error) {
      if (!(error instanceof AuditLakeError) || error.code === 'AWS_CREDENTIALS') throw error;
      report.warnings.push(`staged bundle ${bundle.bid} not ended: ${error.message}`);
    }
  }
  return report;
}

type Sweep = { readonly ports: FinishPorts; readonly now: number; readonly report: SweepReport };

async function end({ bid, stagedAt }: StagedBundle, { ports, now, report }: Sweep): Promise<void> {
  const age = now - stagedAt;
  const bundle = await ports.ledger.findBundle(bid);
  if (typeof bundle !== 'string') {
    report.oldestMillis = Math.max(report.oldestMillis, age);
    if (await ports.staged.publishStaged(bid, bundle)) report.published++;
  } else if (bundle === 'absent' && age < LEFT_MS) {
    report.young++;
  } else if (bundle === 'aborted' || (await ports.ledger.abortBundle(bid))) {
    await ports.staged.forget(bid);
    report.aborted++;
  }
}
