import { Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';

/** How long messages are gathered: log files of one batch share a data file. */
export const INGEST_WINDOW = Duration.seconds(20);
/** Of these log files a bundle is made; it takes 97 of one day (protocol 4.2). */
const BATCH = 50;

type Feed = { readonly queue: IQueue; readonly maxConcurrency: number };

/** The queue calls the function, which says of each message whether it is to come again. */
export function feed(called: LambdaFunction, { queue, maxConcurrency }: Feed): void {
  called.addEventSource(
    new SqsEventSource(queue, {
      batchSize: BATCH,
      maxBatchingWindow: INGEST_WINDOW,
      reportBatchItemFailures: true,
      maxConcurrency,
    }),
  );
}
