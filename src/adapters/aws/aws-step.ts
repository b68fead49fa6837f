import type { Step } from '../../ports/access-check.js';
import { awsError } from './aws-error.js';

/** A call of AWS: the action of IAM, on what people know, and on which resources a policy has to allow it. */
export type StepCall = {
  readonly action: string;
  readonly on: string;
  readonly resources: readonly string[];
};

/** Tries a call of AWS; what the service says is told in our words, findings of our own as they are. */
export function awsStep({ action, on, resources }: StepCall, run: Step['run']): Step {
  return {
    call: { action, on, allowedBy: { actions: [action], resources } },
    run: () =>
      run().catch((error: unknown) => {
        throw awsError(error, { action, resource: on });
      }),
  };
}
