import { placeOf } from './slice.js';

/** Whether a text may be the place of a slice: a folder with a slash at its end, and no way up out of one. */
export function isPlace(text: string): boolean {
  if (text === '' || placeOf(text) !== text) return false;
  // In keys of S3 two dots are a name like others.
  return text.startsWith('s3://') || !text.split(/[/\\]/).includes('..');
}

/**
 * Tells of the place of a slice whether log files of these sources may lie directly in it: below one of them, or
 * beside the file that one of them names.
 * @param sources of a plan: places in S3; absolute paths, globs among them
 */
export function within(sources: readonly string[]): (place: string) => boolean {
  const roots = new Set(sources.flatMap((source) => [source, rootOf(source)]).map(withoutSlash));
  const besides = new Set(sources.map(placeOf));
  return (place) => besides.has(place) || foldersAbove(place).some((folder) => roots.has(folder));
}

/** The folder that all lies in which a glob may find; a backslash says that a character is no wildcard. */
function rootOf(source: string): string {
  if (source.startsWith('s3://') || !/[*?[{(]/.test(source)) return source;
  const folder = /^(?:(?:[^*?[{(\\]|\\.)*\/)?/s.exec(source)?.[0] ?? '';
  return folder.replace(/\\(.)/gs, '$1');
}

/** The folder itself and all above it, without the slash at the end. */
function foldersAbove(place: string): readonly string[] {
  return Array.from(place.matchAll(/[/\\]/g), ({ index }) => place.slice(0, index));
}

function withoutSlash(source: string): string {
  return source.replace(/[/\\]$/, '');
}
