import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { AuditLakeError } from '../../src/errors.js';
import type { WorkerSettings } from '../../src/worker/messages.js';
import { WorkerLane } from '../../src/worker/worker-lane.js';

/** What the thread does at each message; the compiled worker is proved by the tests of the command. */
let script = '';
vi.mock('node:worker_threads', async (original) => {
  const threads = await original<{ readonly Worker: typeof Worker }>();
  return {
    Worker: class extends threads.Worker {
      constructor() {
        super(`const { parentPort } = require('node:worker_threads'); ${script}`, { eval: true });
      }
    },
  };
});

const ASKS = `parentPort.on('message', () => parentPort.postMessage({ say: 'lookup', queries: [], logFiles: 1 }));`;
const SETTINGS: WorkerSettings = {
  ...{ datasets: [], ownRoleArns: [], askingRoleArns: [], privacy: { mode: 'full' }, now: 0 },
  full: { bytes: 1, files: 1, millis: 1, items: 1 },
  reading: { kind: 'local' },
};

let lane: WorkerLane | undefined;
afterEach(() => lane?.end());

function laneThat(does: string): WorkerLane {
  script = does;
  lane = new WorkerLane(SETTINGS);
  return lane;
}

describe('a worker thread that comes to no end', () => {
  test('an error of the history reaches who waits as it is, and is the answer to whatever follows', async () => {
    const it = laneThat(ASKS);
    const failure = new AuditLakeError('AWS_CREDENTIALS', 'sign in again');
    it.askOf({ lookup: () => Promise.reject(failure) });
    await expect(it.close()).rejects.toBe(failure);
    await expect(it.close()).rejects.toBe(failure);
    await it.end();
    await expect(it.close()).rejects.toBe(failure);
  });

  test('any other error is INTERNAL, with its cause', async () => {
    const it = laneThat(ASKS);
    const cause = new TypeError('odd');
    it.askOf({ lookup: () => Promise.reject(cause) });
    const message = 'a worker thread died: odd';
    await expect(it.close()).rejects.toMatchObject({ code: 'INTERNAL', message, cause });
  });

  test('of a thread that throws the first cause counts, not that it ended then', async () => {
    const it = laneThat(`parentPort.once('message', () => { throw new Error('broken'); });`);
    const broken = { code: 'INTERNAL', message: 'a worker thread died: broken' };
    await expect(it.close()).rejects.toMatchObject(broken);
    await it.end();
    await expect(it.close()).rejects.toMatchObject(broken);
  });
});
