import { foreignFiles } from '../../src/demo/foreign-files.js';
import { gzip, logFileKey, type TrailFile } from '../../src/demo/log-files.js';
import { queryHistoryOf } from '../../src/demo/query-history.js';
import { HOME, neighbour, randomFor, SAMPLES_AS_OF } from './sample.js';
import { sampleAlerts } from './sample-alerts.js';
import { layoutSamples } from './sample-layouts.js';
import { notifications } from './sample-notifications.js';
import { odditySamples } from './sample-oddities.js';
import { samplePrices } from './sample-prices.js';
import { samplesReadme } from './sample-readme.js';
import { sampleStateMachine } from './sample-state-machine.js';
import { versionSamples } from './sample-versions.js';

const HOUR = 3_600_000;

/** Every generated file below `samples/`, by its path there. Pure: the same bytes at every call. */
export function sampleFiles(): Map<string, Uint8Array> {
  const samples = [...versionSamples(), ...odditySamples(), ...layoutSamples()];
  const envelopes = notifications(samples[0]?.key ?? '');
  const history = queryHistoryOf(
    samples.flatMap(({ queries }) => queries ?? []),
    SAMPLES_AS_OF,
  );
  const foreign = foreigners();
  const files = new Map<string, Uint8Array>();
  const add = (path: string, bytes: Uint8Array): void => {
    if (files.has(path)) throw new Error(`two samples of the same path: ${path}`);
    files.set(path, bytes);
  };
  for (const { key, text } of samples) add(`log-files/${key}`, key.endsWith('.gz') ? gzip(text) : utf8(text));
  for (const { key, bytes } of foreign) add(`log-files/${key}`, bytes);
  for (const { path, event } of envelopes) add(path, pretty(event));
  add('query-history.json', pretty(history));
  add('prices.yaml', utf8(samplePrices()));
  add('backfill-state-machine.json', pretty(sampleStateMachine()));
  add('alerts.json', pretty(sampleAlerts()));
  add('README.md', utf8(samplesReadme(samples, foreign, envelopes)));
  return files;
}

/** Digests and an insight: they lie beside the log files in every bucket, and are counted as foreign. */
function foreigners(): readonly TrailFile[] {
  const at = SAMPLES_AS_OF - 24 * HOUR;
  const random = randomFor('foreign');
  const key = logFileKey(HOME, at, random.alphanumeric(16));
  return foreignFiles([{ key, place: HOME, records: [neighbour(random, at - HOUR / 2)] }], at, random);
}

function pretty(value: unknown): Uint8Array {
  return utf8(`${JSON.stringify(value, null, 2)}\n`);
}

function utf8(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}
