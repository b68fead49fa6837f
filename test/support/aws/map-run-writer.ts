import type { Child } from './map-run.ts';
import type { S3Store } from './s3-store.ts';
import type { Execution } from './step-functions-double.ts';

type EndedExecution = Execution & Required<Pick<Execution, 'mapRun'>>;

/** Writes what the ResultWriter of a Distributed Map leaves behind: a manifest, and a file for each status. */
export function writeResults(
  s3: S3Store,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  execution: EndedExecution,
) {
  const { arn: MapRunArn, children } = execution.mapRun;
  const folder = `${prefix}/${MapRunArn.slice(MapRunArn.lastIndexOf(':') + 1)}`;
  const write = (status: Child['status']) => {
    const some = children.filter((child) => child.status === status);
    if (some.length === 0) return [];
    const content = JSON.stringify(some.map((child) => resultOf(child, execution)));
    const Key = `${folder}/${status}_0.json`;
    s3.put(bucket, Key, content);
    return [{ Key, Size: Buffer.byteLength(content) }];
  };
  const ResultFiles = { FAILED: write('FAILED'), PENDING: write('PENDING'), SUCCEEDED: write('SUCCEEDED') };
  const Key = `${folder}/manifest.json`;
  s3.put(bucket, Key, JSON.stringify({ DestinationBucket: bucket, MapRunArn, ResultFiles }));
  return { MapRunArn, ResultWriterDetails: { Bucket: bucket, Key } };
}

function resultOf(
  { name, input, output, status, fault, ...child }: Child,
  { arn, machine, mapRun }: EndedExecution,
) {
  const [, label = ''] = /\/(\w+):/.exec(mapRun.arn) ?? [];
  const ofMap = (text: string) => text.replace(/:([\w-]+)(:[\w-]+)?$/, `:$1/${label}`);
  return {
    ExecutionArn: `${ofMap(arn)}:${name}`,
    Input: input,
    InputDetails: { Included: true },
    Name: name,
    ...(output !== undefined && { Output: output, OutputDetails: { Included: true } }),
    ...(fault && { Error: fault.error, Cause: fault.cause }),
    RedriveCount: child.redriveCount,
    StartDate: child.startDate?.toISOString(),
    StateMachineArn: ofMap(machine),
    Status: status,
    StopDate: child.stopDate?.toISOString(),
  };
}
