/** In-process speeds of single parts: `npx tsx test/bench/micro.ts`. */

/** Runs `fn` for about a second and prints its best speed over `bytes` bytes of input. */
export const measure = (name: string, bytes: number, fn: () => unknown, seconds = 1): void => {
  const until = performance.now() + seconds * 1000;
  let best = Number.POSITIVE_INFINITY;
  let runs = 0;
  do {
    const began = performance.now();
    fn();
    best = Math.min(best, performance.now() - began);
    runs += 1;
  } while (performance.now() < until);
  const speed = bytes / 1e6 / (best / 1000);
  process.stdout.write(
    `${name.padEnd(40)} ${speed.toFixed(0).padStart(8)} MB/s  ${best.toFixed(2)} ms best of ${runs}\n`,
  );
};
