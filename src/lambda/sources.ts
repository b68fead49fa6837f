/**
 * Whether an object or a folder of objects lies where log files may come from. Sources are prefixes as S3's
 * notifications take them: the beginning of a key, not a folder. A bucket alone means all of it.
 */
export function isOfSources(place: string, sources: readonly string[]): boolean {
  return sources.some((source) => {
    const isBucket = /^s3:\/\/[^/]+$/.test(source);
    return place.startsWith(isBucket ? `${source}/` : source);
  });
}
