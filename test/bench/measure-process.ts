import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One whole process, from its start to its end. `null` where the machine cannot tell. */
export type Measurement = {
  readonly wallSeconds: number;
  readonly cpuSeconds: number | null;
  readonly peakMegabytes: number | null;
  readonly stdout: string;
};

export type Command = {
  readonly program: string;
  readonly args: readonly string[];
  /** The work is done by children of the process, which only GNU time can account for. */
  readonly byChildren?: true;
};

const GNU_TIME = '/usr/bin/time';
const TICKS_PER_SECOND = 100;
const POLL_MS = 5;

type Usage = Pick<Measurement, 'cpuSeconds' | 'peakMegabytes'>;

const UNKNOWN: Usage = { cpuSeconds: null, peakMegabytes: null };

type Ended = { readonly wallSeconds: number; readonly stdout: string; readonly usage: Usage };

/** What Linux says of a running process; `before` once it is gone. */
const usageOf = (pid: number, before: Usage): Usage => {
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (peak === undefined) return before;
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      peakMegabytes: Number(peak) / 1024,
    };
  } catch {
    return before;
  }
};

const run = (program: string, args: readonly string[], poll: boolean): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let usage = UNKNOWN;
    const { pid } = child;
    const poller =
      poll && pid !== undefined ? setInterval(() => (usage = usageOf(pid, usage)), POLL_MS) : undefined;

    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-4000)));
    child.once('error', reject);
    child.once('close', (code) => {
      const wallSeconds = (performance.now() - began) / 1000;
      clearInterval(poller);
      if (code === 0) resolve({ wallSeconds, stdout, usage });
      else
        reject(
          new Error(`${program} ${args.slice(0, 4).join(' ')} ... ended with exit code ${code}\n${stderr}`),
        );
    });
  });

/** Runs the command under GNU time, whose numbers come from the kernel and include children. */
const runTimed = async ({ program, args }: Command): Promise<Ended> => {
  const folder = await mkdtemp(join(tmpdir(), 'audit-lake-time-'));
  const report = join(folder, 'usage');
  try {
    const ended = await run(GNU_TIME, ['-f', '%U %S %M', '-o', report, program, ...args], false);
    const [user = 0, system = 0, peak = 0] = (await readFile(report, 'utf8')).trim().split(' ').map(Number);
    return { ...ended, usage: { cpuSeconds: user + system, peakMegabytes: peak / 1024 } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Measures one process: by GNU time where it is installed, else by watching /proc, else the wall alone. */
export const measureProcess = async (command: Command): Promise<Measurement> => {
  const { program, args, byChildren } = command;
  const { usage, ...rest } = existsSync(GNU_TIME)
    ? await runTimed(command)
    : await run(program, args, byChildren !== true);
  return { ...rest, ...usage };
};
