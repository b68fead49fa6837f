import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** How a command ended. */
export type Ended = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
};
export type Running = { readonly child: ChildProcess; readonly ended: Promise<Ended> };

export type StartOptions = {
  /** A command that runs the program, such as `['strace', '-f']`. */
  readonly through?: readonly string[];
  /** Options of node. */
  readonly node?: readonly string[];
  readonly env?: { readonly [name: string]: string };
  readonly cwd?: string;
};

/** Starts the compiled command as a process of its own. */
export function start(args: readonly string[], options: StartOptions = {}): Running {
  const [command = '', ...rest] = [
    ...(options.through ?? []),
    process.execPath,
    ...(options.node ?? []),
    MAIN,
    ...args,
  ];
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
  });
  let out = '';
  let err = '';
  // Decoded as a stream: a character may lie across two chunks.
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, out, err }));
  });
  return { child, ended };
}

/** Runs the compiled command to its end. */
export const run = (args: readonly string[], options: StartOptions = {}): Promise<Ended> =>
  start(args, options).ended;

/** What `ingest --output json` tells. */
export type Summary = {
  readonly log_files: { listed: number; ingested: number; skipped: number; failed: number; foreign: number };
  readonly records: { read: number; selected: number; ignored: number; rejected: number };
  readonly rows_written: { readonly [dataset: string]: number };
  readonly data_files: number;
  readonly partitions: number;
  readonly interrupted: boolean;
  readonly failures: readonly { readonly file: string; readonly code: string; readonly message: string }[];
};

export const summaryOf = ({ out, err }: Ended): Summary => {
  if (out === '') throw new Error(`no summary: ${err}`);
  return JSON.parse(out);
};
