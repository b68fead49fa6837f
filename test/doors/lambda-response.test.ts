import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeNotification, type Envelope } from '../../src/cloudtrail/notification.js';
import { AuditLakeError, ERROR_CODES, type ErrorCode } from '../../src/errors.js';
import { type DeliveryOutcome, ingestDeliveries } from '../../src/jobs/ingest-deliveries.js';
import { sortDeliveries } from '../../src/lambda/deliveries.js';
import { responseTo } from '../../src/lambda/response.js';
import { newCounters } from '../../src/telemetry.js';
import { makeLogFile } from '../support/log-files.ts';
import { BOTH, MemoryLake, memoryLane } from '../support/memory-ingest.ts';
import { MemoryLakeState } from '../support/memory-lake-state.ts';
import { MemoryLogSource } from '../support/memory-log-source.ts';
import { SEED } from '../support/seed.ts';

type Known = Exclude<Envelope, { kind: 'unknown' }>;

const FOLDER = new URL('../../samples/notifications/', import.meta.url);
const NAMES = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ''));
const SOURCE = ['s3://amzn-s3-demo-bucket'];
const ACKNOWLEDGED: DeliveryOutcome = { kind: 'acknowledged' };
const returned = (code: ErrorCode | undefined, message = 'why'): DeliveryOutcome => ({
  kind: 'returned',
  code,
  message,
});

function sample(name: string): Known {
  const envelope = decodeNotification(JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')));
  if (envelope.kind === 'unknown') throw new Error(`${name}: ${envelope.reason}`);
  return envelope;
}

const idsOf = ({ deliveries }: Known) => deliveries.map(({ ackId }) => ackId);
const allWith = (envelope: Known, outcome: DeliveryOutcome) =>
  new Map(idsOf(envelope).map((id) => [id, outcome]));
const objectsOf = ({ deliveries }: Known) =>
  deliveries.flatMap((delivery) => (delivery.kind === 'objects' ? delivery.objects : []));

/** A queue of messages with these ids, as the handler sees it. */
const queueOf = (ids: readonly string[]): Known => ({
  kind: 'queue',
  deliveries: ids.map((ackId) => ({ ackId, receiveCount: 1, kind: 'objects', objects: [] })),
});

describe('what the messages of an envelope deliver', () => {
  test.each(NAMES)('%s: every message is a delivery or comes again, none is both', (name) => {
    const envelope = sample(name);
    const { deliveries, returned: back } = sortDeliveries(envelope, SOURCE);
    expect([...deliveries.map(({ ackId }) => ackId), ...back.keys()].sort()).toEqual(idsOf(envelope).sort());
    expect([...back.keys()]).toHaveLength(name === 'sqs-garbage-sibling' ? 1 : 0);
    const named = deliveries.flatMap(({ files }) => files);
    expect(named.map(({ location }) => location)).toEqual(
      objectsOf(envelope).map(({ bucket, key }) => `s3://${bucket}/${key}`),
    );
    expect(named.map(({ ref }) => ref.account)).toEqual(named.map(() => '111122223333'));
  });

  test('D8: a connection test and a removal deliver nothing, and are not handed back', () => {
    for (const name of ['s3-test-event', 'sqs-s3-test-event', 's3-object-removed']) {
      const { deliveries, returned: back } = sortDeliveries(sample(name), ['s3://amzn-s3-demo-other']);
      expect(deliveries.map(({ files, foreign }) => files.length + foreign)).toEqual([0]);
      expect(back.size).toBe(0);
    }
  });

  test('D6: a message that cannot be read comes again alone, and no word of it is told', () => {
    const envelope = sample('sqs-garbage-sibling');
    const { deliveries, returned: back } = sortDeliveries(envelope, SOURCE);
    const [, garbage] = idsOf(envelope);
    expect([...back.keys()]).toEqual([garbage]);
    expect(deliveries).toHaveLength(2);
    const response = responseTo(envelope, new Map([...allWith(envelope, ACKNOWLEDGED), ...back]));
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: garbage }] });
    expect(JSON.stringify([...back])).not.toContain('html');
  });

  test.each([
    ['another bucket', ['s3://amzn-s3-demo-other'], false],
    ['a bucket whose name goes on', ['s3://amzn-s3-demo-buck'], false],
    ['another folder of the bucket', ['s3://amzn-s3-demo-bucket/elsewhere/'], false],
    ['a folder that only ends alike', ['s3://amzn-s3-demo-bucket/o-exampleorg1/'], false],
    ['no source at all', [], false],
    ['the bucket', SOURCE, true],
    ['the bucket with a slash', ['s3://amzn-s3-demo-bucket/'], true],
    ['the beginning of its keys', ['s3://amzn-s3-demo-bucket/AWSL'], true],
    ['one of several sources', ['s3://amzn-s3-demo-other', 's3://amzn-s3-demo-bucket/AWSLogs/'], true],
  ])('T18: where the source is %s', (_, sources, isInside) => {
    const envelope = sample('sqs-s3');
    const { deliveries, returned: back } = sortDeliveries(envelope, sources);
    expect(deliveries).toHaveLength(isInside ? 1 : 0);
    const codes = [...back.values()].map((it) => it.kind === 'returned' && it.code);
    expect(codes).toEqual(isInside ? [] : ['BAD_NOTIFICATION']);
  });

  test('T18: one object outside of the sources hands the whole message back', () => {
    const sources = ['s3://amzn-s3-demo-bucket/AWSLogs/'];
    const envelope = sample('sqs-cloudtrail-sns');
    expect(objectsOf(envelope)).toHaveLength(2);
    const { deliveries, returned: back } = sortDeliveries(envelope, sources);
    expect(deliveries).toEqual([]);
    expect([...back.keys()]).toEqual(idsOf(envelope));
  });

  test('D16: objects of other kinds are counted as foreign, not delivered', () => {
    const place = 'AWSLogs/111122223333';
    const keys = [
      `${place}/CloudTrail/us-east-1/2026/01/05/111122223333_CloudTrail_us-east-1_20260105T0005Z_EXAMPLE.json.gz`,
      `${place}/CloudTrail-Digest/us-east-1/2026/01/05/111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260105T000500Z.json.gz`,
      `${place}/CloudTrail-Insight/us-east-1/2026/01/05/111122223333_CloudTrail-Insight_us-east-1_20260105T0005Z_EXAMPLE.json.gz`,
      `${place}/Config/us-east-1/2026/1/5/snapshot.json.gz`,
    ];
    const objects = keys.map((key) => ({ bucket: 'amzn-s3-demo-bucket', key, etag: '' }));
    const envelope = {
      kind: 'queue',
      deliveries: [{ ackId: 'a', receiveCount: 2, kind: 'objects', objects }],
    } as const;
    const { deliveries } = sortDeliveries(envelope, SOURCE);
    expect(deliveries).toMatchObject([{ ackId: 'a', receiveCount: 2, foreign: 3 }]);
    expect(deliveries[0]?.files.map(({ ref }) => ref.key)).toEqual(keys.slice(0, 1));
  });
});

describe('D7: what a queue is told', () => {
  test('is the messages that must come again, each once, and never an id that it did not send', () => {
    const id = fc.string({ minLength: 1, maxLength: 6 });
    const outcome = fc.constantFrom(ACKNOWLEDGED, returned('BAD_GZIP'), returned(undefined), undefined);
    fc.assert(
      fc.property(fc.array(fc.tuple(id, outcome)), fc.dictionary(id, outcome), (sent, strangers) => {
        const told = new Map<string, DeliveryOutcome>();
        for (const [name, it] of [...Object.entries(strangers), ...sent]) {
          told.delete(name);
          if (it) told.set(name, it);
        }
        const ids = sent.map(([name]) => name);
        const response = responseTo(queueOf(ids), told) as {
          batchItemFailures: { itemIdentifier: string }[];
        };
        const failed = response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
        const owed = [...new Set(ids)].filter((name) => told.get(name)?.kind !== 'acknowledged');
        expect(failed.sort()).toEqual(owed.sort());
        expect(Object.keys(response)).toEqual(['batchItemFailures']);
      }),
      { seed: SEED },
    );
  });

  test('is the whole batch where nothing is known of any message', () => {
    const response = responseTo(sample('sqs-garbage-sibling'), new Map());
    expect(response).toMatchObject({
      batchItemFailures: idsOf(sample('sqs-garbage-sibling')).map((id) => ({ itemIdentifier: id })),
    });
  });
});

describe('what S3 Batch Operations is told', () => {
  const BATCHES = ['s3-batch-1.0', 's3-batch-2.0'];
  test.each(BATCHES)('%s: a result for each task, in the schema of the call', (name) => {
    const envelope = sample(name);
    const response = responseTo(envelope, allWith(envelope, ACKNOWLEDGED));
    expect(response).toEqual({
      invocationSchemaVersion: name.slice(-3),
      treatMissingKeysAs: 'TemporaryFailure',
      invocationId: 'YXNkbGZqYWRmaiBhc2RmdW9hZHNmZGpmaGFzbGtkaGZza2RmaAo',
      results: [{ taskId: 'dGFza2lkZ29lc2hlcmUK', resultCode: 'Succeeded', resultString: '' }],
    });
  });

  const codes = Object.keys(ERROR_CODES) as ErrorCode[];
  test.each([...codes, undefined])('%s is a failure for good only where a log file is to blame', (code) => {
    const envelope = sample('s3-batch-2.0');
    const response = responseTo(envelope, allWith(envelope, returned(code, 'x'.repeat(5_000))));
    const isForGood = code !== undefined && ERROR_CODES[code].disposition === 'park';
    const resultCode = isForGood ? 'PermanentFailure' : 'TemporaryFailure';
    expect(response).toMatchObject({ results: [{ resultCode }] });
    const text = JSON.stringify(response);
    expect(text).toContain(code ?? 'not started');
    expect(text.length).toBeLessThan(1_400);
  });

  test('a task that nobody looked at may be tried again', () => {
    expect(responseTo(sample('s3-batch-1.0'), new Map())).toMatchObject({
      results: [{ resultCode: 'TemporaryFailure' }],
    });
  });
});

describe('a direct call knows all or nothing', () => {
  const direct = NAMES.filter((name) => sample(name).kind === 'direct');

  test.each(direct)('%s: nothing where all is settled, else the reason is thrown', (name) => {
    const envelope = sample(name);
    expect(responseTo(envelope, allWith(envelope, ACKNOWLEDGED))).toEqual({});
    const thrown = (outcomes: ReadonlyMap<string, DeliveryOutcome>) => {
      try {
        return responseTo(envelope, outcomes);
      } catch (error) {
        return error;
      }
    };
    expect(thrown(allWith(envelope, returned('BAD_GZIP', 'cut')))).toEqual(
      new AuditLakeError('BAD_GZIP', 'cut'),
    );
    expect(thrown(allWith(envelope, returned(undefined)))).toMatchObject({ code: 'READ_FAILED' });
    expect(thrown(new Map())).toMatchObject({ code: 'READ_FAILED' });
  });

  test('there are such samples, and of the other kinds too', () => {
    expect(direct.length).toBeGreaterThanOrEqual(6);
    expect(new Set(NAMES.map((name) => sample(name).kind))).toEqual(
      new Set(['direct', 'queue', 'batch-tasks']),
    );
  });
});

describe('D9: from an event to the answer, over ports in memory', () => {
  /** The bucket of the samples; what is in its log files is of no matter here. */
  function bucket(envelope: Known): MemoryLogSource {
    const objects = objectsOf(envelope).map(({ bucket, key }) => {
      const { bytes } = makeLogFile(1, [{ service: 'athena', day: 0 }]);
      return { key, bytes, location: `s3://${bucket}/${key}` };
    });
    return new MemoryLogSource(objects);
  }

  test.each(NAMES)('%s: every log file that it names is found, and gives its rows', async (name) => {
    const envelope = sample(name);
    const lake = new MemoryLake();
    const { deliveries, returned: back } = sortDeliveries(envelope, SOURCE);
    const counters = newCounters();
    const report = await ingestDeliveries({
      deliveries,
      datasets: BOTH,
      newLane: () => memoryLane(bucket(envelope), 100),
      ports: { state: new MemoryLakeState(lake.items), bundles: lake.store, newBundleId: lake.newBundleId },
      counters,
      mayStart: () => true,
    });
    const outcomes = new Map([...report.outcomes, ...back]);
    const keys = new Set(objectsOf(envelope).map(({ key }) => key));
    const rows = [...keys].flatMap((key) => BOTH.map((table) => `${table} ${key} 0`));
    expect(await lake.rows()).toEqual(rows.sort());
    expect(counters.logFiles).toMatchObject({ listed: keys.size, ingested: keys.size });
    expect([...outcomes.values()].filter(({ kind }) => kind === 'returned')).toHaveLength(back.size);
    expect(() => responseTo(envelope, outcomes)).not.toThrow();
  });
});
