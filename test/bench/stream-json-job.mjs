/**
 * stream-json reading the log files of a list (argument: a file of NUL-separated paths) one after the
 * other: it counts the records and those of Athena, and writes nothing.
 */
import { createReadStream, readFileSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import chain from 'stream-chain';
import { parser } from 'stream-json';
import { pick } from 'stream-json/filters/pick.js';
import { streamArray } from 'stream-json/streamers/stream-array.js';

let records = 0;
let selected = 0;

const count = ({ value }) => {
  records += 1;
  if (value.eventSource === 'athena.amazonaws.com') selected += 1;
  return chain.none;
};

const read = (file) =>
  new Promise((resolve, reject) => {
    const pipeline = chain([
      createReadStream(file),
      createGunzip({ chunkSize: 1 << 20 }),
      parser({ streamValues: false }),
      pick({ filter: 'Records' }),
      streamArray(),
      count,
    ]);
    pipeline.on('error', reject);
    pipeline.on('end', resolve);
    pipeline.resume();
  });

for (const file of readFileSync(process.argv[2], 'utf8').split('\0').filter(Boolean)) await read(file);
process.stdout.write(JSON.stringify({ records, selected }));
