import { MessageChannel } from 'node:worker_threads';

/**
 * Gives the memory of a spent buffer back now, not at some later garbage collection: inflated chunks would
 * pile up by 64 MB and more a thread before V8 looks at them (`npm run bench`: a third of the peak). Sending a
 * buffer away takes it from its owner, and what nobody receives is freed. Afterwards the buffer is empty.
 */
export function giveBack(bytes: Uint8Array): void {
  const { buffer } = bytes;
  // Small buffers are cut from a pool that Node keeps for others.
  if (buffer instanceof ArrayBuffer && bytes.byteLength * 2 > buffer.byteLength)
    nobody.postMessage(null, [buffer]);
}

const { port1: nobody, port2 } = new MessageChannel();
port2.close();
nobody.unref();
