import { type Config, namedLake } from '../../config.js';
import { AuditLakeError } from '../../errors.js';
import { namedPlan } from './named-plan.js';

/** Who works off a plan: `--on`. */
export type On = 'here' | 'fleet' | 'queue';

const ELSEWHERE = { fleet: 'a fleet', queue: 'the ingest Lambda' };

/**
 * What somebody elsewhere will need is asked for before a plan is counted, which may take long.
 * @throws AuditLakeError USAGE, PLAN_FORMAT
 */
export async function mustReach(on: On, named: readonly string[], config: Config): Promise<void> {
  if (on === 'here') return;
  const who = ELSEWHERE[on];
  if (!namedLake(config).startsWith('s3://')) {
    throw new AuditLakeError(
      'USAGE',
      `${who} writes to a lake in S3: name it with --lake s3://bucket/prefix`,
    );
  }
  if (on === 'fleet') stateMachineOf(config);
  else queueUrlOf(config);
  const here = named.find((argument) => !argument.startsWith('s3://'));
  if (here === undefined || (await namedPlan(named)) !== undefined) return;
  throw new AuditLakeError('USAGE', `${who} cannot read ${here}: name a place in S3, or use --on here`);
}

/** @throws AuditLakeError USAGE */
export function stateMachineOf({ stateMachine }: Config): string {
  return stateMachine ?? notSet('--state-machine', 'the ARN of the state machine of the fleet');
}

/** @throws AuditLakeError USAGE */
export function queueUrlOf({ queueUrl }: Config): string {
  return queueUrl ?? notSet('--queue-url', 'the address of the queue of the ingest Lambda');
}

function notSet(flag: string, what: string): never {
  throw new AuditLakeError('USAGE', `${flag} is not set: it names ${what}`);
}
