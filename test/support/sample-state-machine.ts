import { backfillStateMachine } from '../../src/backfill/state-machine.js';

/** `samples/backfill-state-machine.json`: the state machine of a fleet, for whoever puts the ARN of a function in. */
export function sampleStateMachine() {
  const functionArn = 'arn:aws:lambda:us-east-1:111122223333:function:audit-lake-backfill';
  return backfillStateMachine({ functionArn, concurrency: 50 });
}
