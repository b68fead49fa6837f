import { execFileSync } from 'node:child_process';

/** LMDB tells a page that went in half as an input/output error. */
export const NO_ROOM = /LAKE_WRITE_FAILED: .*(no space|input\/output error)/i;

/** A file system of its own over a folder. */
export type Mount = {
  /** Mounts it anew with other options: larger, smaller, read-only. */
  readonly change: (options: string) => void;
  readonly unmount: () => void;
};

/** Mounts one in memory; undefined where the machine does not let us. */
export function mounted(folder: string, options: string): Mount | undefined {
  const mount = (...args: readonly string[]) => execFileSync('mount', args, { stdio: 'ignore' });
  try {
    mount('-t', 'tmpfs', '-o', options, 'tmpfs', folder);
  } catch {
    return undefined;
  }
  return {
    change: (other) => void mount('-o', `remount,${other}`, folder),
    unmount: () => void execFileSync('umount', ['-l', folder], { stdio: 'ignore' }),
  };
}
