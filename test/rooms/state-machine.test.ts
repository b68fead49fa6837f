import { describe, expect, test } from 'vitest';
import { backfillStateMachine, FLEET_RESULTS } from '../../src/backfill/state-machine.js';
import { ERROR_CODES } from '../../src/errors.js';
import { delayOf, readDefinition, retrierOf } from '../support/aws/states-language.ts';

const OPTIONS = {
  functionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:audit-lake-backfill',
  concurrency: 40,
};

const read = (options = {}) => {
  const definition: unknown = JSON.parse(JSON.stringify(backfillStateMachine({ ...OPTIONS, ...options })));
  return readDefinition(definition);
};
const task = () => read().task;

describe('the state machine of a fleet', () => {
  test('is one Distributed Map with one Lambda task, and nothing that our reader of the language does not know', () => {
    const { map, task } = read();
    expect(map.ItemReader.ReaderConfig).toEqual({ InputType: 'JSONL' });
    expect(map.ItemReader.Parameters).toEqual({ 'Bucket.$': '$.bucket', 'Key.$': '$.key' });
    expect(map.ItemBatcher.BatchInput).toEqual({ 'plan.$': '$.plan' });
    expect(map.ResultWriter.Parameters).toEqual({
      'Bucket.$': '$.results.bucket',
      'Prefix.$': '$.results.prefix',
    });
    expect(task.Parameters.FunctionName).toBe(OPTIONS.functionArn);
    expect(FLEET_RESULTS.startsWith('_meta/')).toBe(true);
  });

  test.each(['aws', 'aws-cn', 'aws-us-gov'])(
    'names the services of the partition of its function: %s',
    (partition) => {
      const functionArn = OPTIONS.functionArn.replace('arn:aws:', `arn:${partition}:`);
      const text = JSON.stringify(backfillStateMachine({ ...OPTIONS, functionArn }));
      const partitions = [...text.matchAll(/arn:([a-z-]+):/g)].map(([, name]) => name);
      expect(new Set(partitions)).toEqual(new Set([partition]));
      expect(partitions).toHaveLength(4);
    },
  );

  test('has Standard children, which a redrive takes up where they failed', () => {
    expect(read().map.ItemProcessor.ProcessorConfig).toEqual({
      Mode: 'DISTRIBUTED',
      ExecutionType: 'STANDARD',
    });
  });

  test('tolerates failures, so that one bad batch does not end the run (B3), and limits what runs at once', () => {
    expect(read().map.ToleratedFailurePercentage).toBe(50);
    expect(read({ toleratedFailures: 30 }).map.ToleratedFailurePercentage).toBe(30);
    expect(read().map.MaxConcurrency).toBe(40);
    expect(read({ batchSlices: 7 }).map.ItemBatcher.MaxItemsPerBatch).toBe(7);
  });

  test('keeps a batch of the longest keys within what a child takes', () => {
    const { MaxItemsPerBatch, MaxInputBytesPerBatch } = read().map.ItemBatcher;
    expect(MaxItemsPerBatch).toBe(50);
    expect(MaxInputBytesPerBatch).toBeLessThan(256 * 1024 - 10_000);
  });

  test('goes on with an unfinished batch at once, and for more than a day of Lambdas', () => {
    const retrier = retrierOf(task(), 'SLICES_UNFINISHED');
    if (!retrier) throw new Error('no retrier');
    expect([0, 1, 100].map((retries) => delayOf(retrier, retries))).toEqual([1, 1, 1]);
    expect(retrier.MaxAttempts * 15 * 60).toBeGreaterThan(24 * 3_600);
    // Scheduled, started, failed: an execution of Standard kind may have 25,000 events.
    expect(retrier.MaxAttempts * 3).toBeLessThan(25_000 / 2);
  });

  test.each(['USAGE', 'AWS_DENIED', 'PLAN_FORMAT', 'LAKE_FORMAT', 'DATASET_SELECTION', 'TEXT_MODE'])(
    'does not try again what no attempt mends: %s',
    (code) => {
      expect(Object.keys(ERROR_CODES)).toContain(code);
      expect(retrierOf(task(), code)?.MaxAttempts).toBe(0);
    },
  );

  test.each(['Lambda.TooManyRequestsException', 'Lambda.ServiceException', 'Lambda.SdkClientException'])(
    'tries again after %s, with pauses that grow, jitter and an end',
    (error) => {
      const retrier = retrierOf(task(), error);
      if (!retrier) throw new Error('no retrier');
      expect(retrier.JitterStrategy).toBe('FULL');
      expect(delayOf(retrier, 3)).toBeGreaterThan(2 * delayOf(retrier, 1));
      expect(delayOf(retrier, 30)).toBeLessThanOrEqual(300);
      expect(retrier.MaxAttempts).toBeLessThanOrEqual(20);
    },
  );

  test('tries everything else again a few times: a time-out, memory, a failure of AWS', () => {
    for (const error of [
      'Lambda.Unknown',
      'Sandbox.Timedout',
      'States.Timeout',
      'AWS_FAILED',
      'READ_FAILED',
    ]) {
      expect(retrierOf(task(), error)?.MaxAttempts).toBe(5);
    }
  });

  test('waits longer for a Lambda than a Lambda may run, and not for ever', () => {
    expect(task().TimeoutSeconds).toBeGreaterThan(15 * 60);
    expect(task().TimeoutSeconds).toBeLessThan(20 * 60);
  });
});
