import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Interrupted, type Interruption, interruption } from '../../src/cli/interruption.js';

let stop: Interruption;
beforeEach(() => {
  stop = interruption();
});
afterEach(() => stop.end());

const listeners = () => getEventListeners(stop.signal, 'abort').length;
const never = new Promise<never>(() => undefined);

test('work that was raced is given back as it ended, and nobody listens for it any more', async () => {
  for (let at = 0; at < 20; at++) expect(await stop.race(Promise.resolve(at))).toBe(at);
  await expect(stop.race(Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  await Promise.resolve();
  expect(listeners()).toBe(0);
});

test('Ctrl-C ends the race of work that goes on, and every race behind it', async () => {
  const race = stop.race(never);
  expect(listeners()).toBe(1);
  process.emit('SIGINT');
  await expect(race).rejects.toThrow(Interrupted);
  await expect(stop.race(never)).rejects.toThrow(Interrupted);
});
