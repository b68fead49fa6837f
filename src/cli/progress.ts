import { formatBytes, formatCount, formatDuration } from '../shown/units.js';
import type { Io } from './io.js';

/** Where an ingest stands. Bytes are compressed; `total` files as counted before the start, where that was cheap. */
type Standing = {
  readonly files: number;
  readonly total: number | undefined;
  readonly compressed: number;
  readonly inflated: number;
  readonly records: number;
  readonly failed: number;
};

/** Ends the display. */
type StopProgress = () => void;

const REDRAW_MS = 120;
const LINE_MS = 10_000;

/** A block that is redrawn on a terminal; a plain line every ten seconds elsewhere; nothing when quiet. */
export async function showProgress(io: Io, quiet: boolean, standing: () => Standing): Promise<StopProgress> {
  const started = performance.now();
  return show(io, quiet, () => describeProgress(standing(), (performance.now() - started) / 1000));
}

/** The same for log files that are only counted. */
export async function showCounting(io: Io, quiet: boolean, files: () => number): Promise<StopProgress> {
  return show(io, quiet, () => [`Counting ${formatCount(files())} objects`]);
}

async function show(io: Io, quiet: boolean, describe: () => readonly string[]): Promise<StopProgress> {
  return quiet ? () => undefined : showLines(io, describe);
}

/** Any lines in the same way. */
export async function showLines(io: Io, describe: () => readonly string[]): Promise<StopProgress> {
  if (!io.stderrIsTerminal) {
    const timer = setInterval(() => io.err(`${describe().join('  ')}\n`), LINE_MS);
    timer.unref();
    return () => clearInterval(timer);
  }
  const { logUpdateStderr } = await import('log-update');
  const timer = setInterval(() => logUpdateStderr(describe().join('\n')), REDRAW_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    logUpdateStderr.clear();
  };
}

/** The lines of the display: how far, and how fast. */
function describeProgress(standing: Standing, seconds: number): string[] {
  const { files, total, compressed, inflated, records, failed } = standing;
  const rate = seconds > 0 ? files / seconds : 0;
  const left = rate > 0 ? formatDuration(Math.max(0, (total ?? 0) - files) / rate) : '?';
  const toGo = total === undefined ? '' : `  left ${left}`;
  const problems = failed > 0 ? `  failed ${formatCount(failed)}` : '';
  return [
    `Log files ${formatCount(files)}${ofAll(files, total)}${problems}`,
    `Read ${formatBytes(compressed)} (${formatBytes(inflated)} inflated)  records ${formatCount(records)}`,
    `${formatCount(Math.round(rate))} files/s  ${formatBytes(seconds > 0 ? inflated / seconds : 0)}/s${toGo}`,
  ];
}

function ofAll(files: number, total: number | undefined): string {
  if (total === undefined) return '';
  return `/${formatCount(total)} (${total > 0 ? Math.floor((files / total) * 100) : 0} %)`;
}
