import { parentPort, workerData } from 'node:worker_threads';
import type { HistoryAnswer } from '../datasets/query-execution.js';
import { AuditLakeError, messageOf } from '../errors.js';
import type { QueryHistory } from '../ports/query-history.js';
import { openLane } from '../wiring/lane.js';
import type { FromWorker, ToWorker, WorkerSettings } from './messages.js';

/**
 * A worker thread: reads log files into bundles, and sends the bundles back. It opens log files and nothing
 * else; the lake, its state and the query history stay with the main thread.
 */
const port = parentPort;
if (port === null) throw new AuditLakeError('INTERNAL', 'this file runs in a worker thread');

const settings: WorkerSettings = workerData;
let answered: ((answers: ReadonlyMap<string, HistoryAnswer>) => void) | undefined;
const history: QueryHistory = {
  lookup: (queries, logFiles) =>
    new Promise((resolve) => {
      answered = resolve;
      say({ say: 'lookup', queries, logFiles });
    }),
};
const lane = openLane(settings.reading, {
  datasets: settings.datasets,
  history,
  ownRoleArns: new Set(settings.ownRoleArns),
  askingRoleArns: new Set(settings.askingRoleArns),
  privacy: settings.privacy,
  now: settings.now,
  full: settings.full,
  breathe: async () => undefined,
});

port.on('message', (message: ToWorker) => {
  if (message.say === 'answers') answered?.(message.answers);
  else {
    work(message).catch((error: unknown) => {
      const code = error instanceof AuditLakeError ? error.code : 'INTERNAL';
      say({ say: 'failed', code, message: messageOf(error) });
    });
  }
});

async function work(message: Exclude<ToWorker, { say: 'answers' }>): Promise<void> {
  if (message.say === 'add') {
    const { soFar } = await lane;
    const full = await (await lane).add(message.tasks);
    say({ say: 'added', full, soFar });
    return;
  }
  const bundle = await (await lane).close();
  const buffers = bundle.datasets.flatMap(({ parts }) =>
    parts.map(({ bytes }) => bytes.buffer as ArrayBuffer),
  );
  say({ say: 'closed', bundle }, buffers);
}

function say(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}
