import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DatasetName } from '../../src/datasets/dataset.js';
import { openLakeForReading } from '../../src/wiring/local.js';
import { type Ended, run, type StartOptions } from './command-line.ts';
import { rowsOfDataFile } from './data-file-rows.ts';
import type { MadeLogFile } from './log-files.ts';
import { BOTH } from './memory-ingest.ts';

/** A temporary folder with a trail in it, and the lake that is made of it. */
export class TrailFolder {
  readonly root: string;
  readonly trail: string;
  /** Where the lake is made; a test may choose another place. */
  lake: string;

  private constructor(root: string) {
    this.root = root;
    this.trail = join(root, 'trail');
    this.lake = join(root, 'lake');
  }

  static async of(files: readonly MadeLogFile[]): Promise<TrailFolder> {
    const folder = new TrailFolder(await mkdtemp(join(tmpdir(), 'trail-')));
    await mkdir(folder.trail);
    await folder.write(files);
    return folder;
  }

  /** Puts log files below a folder of this one. */
  async write(files: readonly MadeLogFile[], below = 'trail'): Promise<void> {
    for (const { key, bytes } of files) {
      await mkdir(dirname(join(this.root, below, key)), { recursive: true });
      await writeFile(join(this.root, below, key), bytes);
    }
  }

  pathOf({ key }: MadeLogFile, below = 'trail'): string {
    return join(this.root, below, key);
  }

  /** The arguments of an ingest of the whole trail, telling its summary as JSON. */
  args(datasets: readonly DatasetName[] = BOTH, ...more: readonly string[]): string[] {
    const named = datasets.flatMap((name) => ['--dataset', name]);
    return ['ingest', this.trail, '--lake', this.lake, ...named, '--quiet', '--output', 'json', ...more];
  }

  ingest(datasets?: readonly DatasetName[], options?: StartOptions): Promise<Ended> {
    return run(this.args(datasets), options);
  }

  /** The rows that a reader finds now, sorted, read from the data files of the committed list. */
  async rows(): Promise<string[]> {
    const { lake } = this;
    const { days, close } = await openLakeForReading(lake);
    try {
      const files = days.flatMap(({ table, files }) => files.map(({ path }) => ({ table, path })));
      const rows: string[] = [];
      for (const { table, path } of files) {
        rows.push(...(await rowsOfDataFile(table, await readFile(join(lake, path)))));
      }
      return rows.sort();
    } finally {
      await close();
    }
  }

  /** Data files in the lake's folder that nobody listed, and what is left in its temporary folder. */
  async litter(): Promise<string[]> {
    const { days, close } = await openLakeForReading(this.lake);
    await close();
    const listed = new Set(days.flatMap(({ files }) => files.map(({ path }) => path)));
    return (await this.below(this.lake)).filter(
      (path) => path.startsWith('_meta/tmp/') || (path.endsWith('.parquet') && !listed.has(path)),
    );
  }

  /** Every data file with its inode and time of change: equal when nothing was written. */
  async dataFiles(): Promise<{ readonly [path: string]: string }> {
    const paths = (await this.below(this.lake)).filter((path) => path.endsWith('.parquet')).sort();
    const stats = await Promise.all(paths.map((path) => stat(join(this.lake, path), { bigint: true })));
    return Object.fromEntries(paths.map((path, at) => [path, `${stats[at]?.ino} ${stats[at]?.mtimeNs}`]));
  }

  /** Every file below a folder, by its path from there. */
  async below(folder: string): Promise<string[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
      .sort();
  }

  async removeLake(): Promise<void> {
    await rm(this.lake, { recursive: true, force: true });
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}
