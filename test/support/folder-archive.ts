import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { FsArchive } from '../../src/adapters/local/fs-archive.js';
import type { ArchiveMaker } from './archives.ts';

/** Files in a folder. A place in the lake is left out: naming one is refused. */
export const FOLDER_ARCHIVE: ArchiveMaker = {
  name: 'a folder',
  make: async ({ keys, places = [''], lake = 'no-lake' }) => {
    const root = await mkdtemp(join(tmpdir(), 'archive-'));
    for (const key of keys) {
      await mkdir(dirname(join(root, key)), { recursive: true });
      await writeFile(join(root, key), 'x');
    }
    const isOutside = (place: string) => !join(place, sep).startsWith(join(lake, sep));
    const paths = places.filter(isOutside).map((place) => join(root, place));
    return {
      archive: new FsArchive(paths, join(root, lake)),
      keyOf: (location) => location.slice(root.length + 1),
      locationOf: (key) => `${root}/${key}`,
      close: () => rm(root, { recursive: true }),
    };
  },
};
