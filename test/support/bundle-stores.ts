import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3BundleStore } from '../../src/adapters/aws/s3-bundle-store.js';
import { FsBundleStore } from '../../src/adapters/local/fs-bundle-store.js';
import type { BundleStore } from '../../src/ports/bundle-store.js';
import { MemoryBundleStore } from './memory-bundle-store.ts';
import { s3OverHttp } from './s3-over-http.ts';

/** A BundleStore to be tested, and eyes to see what it holds. */
export type StoreUnderTest = {
  readonly store: BundleStore;
  /** Every data file, whether committed or not, by path below the lake. */
  files(): Promise<{ readonly [path: string]: string }>;
  /** Files that lie anywhere else in the lake. */
  leftovers(): Promise<readonly string[]>;
  end(): Promise<void>;
};

/** Every implementation, by name. */
export const BUNDLE_STORES: { readonly [name: string]: () => Promise<StoreUnderTest> } = {
  memory: async () => {
    const store = new MemoryBundleStore();
    const files = async () =>
      Object.fromEntries([...store.files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]));
    return { store, files, leftovers: async () => [], end: async () => undefined };
  },
  folder: async () => {
    const root = await mkdtemp(join(tmpdir(), 'bundle-store-'));
    await mkdir(join(root, '_meta/tmp'), { recursive: true });
    return { store: new FsBundleStore(root), ...eyesOn(root), end: () => rm(root, { recursive: true }) };
  },
  s3: async () => {
    const { lake, objects, end } = await s3OverHttp();
    const isDataFile = (path: string) => path.endsWith('.parquet');
    return {
      store: new S3BundleStore(lake),
      files: async () => Object.fromEntries(Object.entries(objects()).filter(([path]) => isDataFile(path))),
      leftovers: async () => Object.keys(objects()).filter((path) => !isDataFile(path)),
      end,
    };
  },
};

/** What lies in the folder of a lake. */
export function eyesOn(root: string): Pick<StoreUnderTest, 'files' | 'leftovers'> {
  const below = async () =>
    (await readdir(root, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1));
  return {
    files: async () => {
      const paths = (await below()).filter((path) => path.endsWith('.parquet')).sort();
      const texts = await Promise.all(paths.map((path) => readFile(join(root, path), 'latin1')));
      return Object.fromEntries(paths.map((path, at) => [path, texts[at] ?? '']));
    },
    leftovers: async () => (await below()).filter((path) => path.startsWith('_meta/tmp/')),
  };
}
