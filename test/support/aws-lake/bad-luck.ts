import type { Random } from '../../../src/demo/random.js';
import { conditionalConflict, internal, throttled, transactionConflict } from '../aws/aws-error.ts';
import type { Fate } from './aws-process.ts';

/** How often, of a thousand effects, what happens. */
const CRASHES = 8;
const FAULTS = 50;
/** Of a hundred reads that need not be consistent, and of a hundred statements. */
const BEHIND = 10;
const FAILED = 15;

const ANY: readonly [Fate, ...Fate[]] = ['not done', 'done, response lost', throttled, internal];

/** The fate of one effect, drawn by chance: mostly done. */
export function badLuck(effect: string, random: Random): Fate {
  if (effect === 'dynamodb.BatchGetItem FILE' && random.between(1, 100) <= BEHIND) return 'behind';
  if (effect === 'athena.StartQueryExecution ALTER TABLE' && random.between(1, 100) <= FAILED) {
    return { ends: random.pick(['FAILED', 'CANCELLED']), reason: 'drawn by chance' };
  }
  const drawn = random.between(1, 1000);
  if (drawn <= CRASHES) return random.pick(['crash before', 'crash after']);
  if (drawn > CRASHES + FAULTS) return 'done';
  return random.pick([...ANY, ...ownFaults(effect, random)]);
}

/** What only this operation knows. */
function ownFaults(effect: string, random: Random): readonly Fate[] {
  if (effect === 's3.GetObject log file') return [{ breaksAfter: random.between(0, 300) }];
  if (effect.startsWith('s3.PutObject')) return [conditionalConflict()];
  if (effect.startsWith('dynamodb.TransactWriteItems')) return [transactionConflict(random.between(0, 2))];
  if (/\.Batch/.test(effect)) return [{ processed: random.between(0, 1) }];
  return [];
}

/** Milliseconds until an effect happens: mostly soon, at times after a pause in which everybody else goes on. */
export function latency(random: Random, { isSleepy }: { readonly isSleepy: boolean }): number {
  const drawn = random.between(1, 100);
  if (drawn <= 85) return random.fraction() * 100;
  if (isSleepy) return random.fraction() * 14_400_000;
  if (drawn <= 96) return random.fraction() * 10_000;
  return random.fraction() * (drawn <= 99 ? 600_000 : 7_200_000);
}
