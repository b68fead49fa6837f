import { SFNClient } from '@aws-sdk/client-sfn';
import { keyBelow, mustBePlace } from '../adapters/aws/s3-place.js';
import { StepFunctionsFleet } from '../adapters/aws/step-functions-fleet.js';
import { FLEET_RESULTS } from '../backfill/state-machine.js';
import type { Fleet } from '../ports/fleet.js';
import { type AwsSettings, clientOptions } from './client-options.js';
import { s3Client } from './s3-lake.js';

export type FleetSettings = AwsSettings & {
  /** `s3://bucket/prefix`: plans lie in it, and results are written to it. */
  readonly lake: string;
  readonly lakeOwner?: string | undefined;
  /** The ARN of the state machine. Its Region is that of all calls, and must be that of the lake's bucket. */
  readonly stateMachine: string;
};

/** The fleet behind a state machine, and how to let go of it. @throws AuditLakeError USAGE for a lake that is not in S3 */
export function openFleet(settings: FleetSettings): { readonly fleet: Fleet; readonly close: () => void } {
  const { lakeOwner: expectedOwner, stateMachine: stateMachineArn } = settings;
  const lake = mustBePlace(settings.lake);
  const inRegion = { ...settings, region: stateMachineArn.split(':')[3] };
  const client = new SFNClient(clientOptions(inRegion));
  const s3 = s3Client(inRegion);
  const results = { bucket: lake.bucket, prefix: keyBelow(lake, FLEET_RESULTS) };
  const fleet = new StepFunctionsFleet({
    client,
    s3: { client: s3, expectedOwner },
    stateMachineArn,
    results,
  });
  const close = () => {
    client.destroy();
    s3.destroy();
  };
  return { fleet, close };
}
