import type { Link, SourceFile } from './source-file.ts';

/**
 * What the files of one place may refer to: names of other places, packages, or `node:*` for all of Node. A place
 * may always refer to itself. `~name` allows its types only.
 */
export type Place = {
  readonly name: string;
  readonly files: RegExp;
  readonly may: readonly string[];
  /** Why a place that looks like part of another has a law of its own. */
  readonly reason?: string;
};

/** A reference that the law forbids, in words. */
export type Breach = string;

/** The place of a file: the first whose pattern holds. */
export function placeOf(path: string, law: readonly Place[]): Place | undefined {
  return law.find(({ files }) => files.test(path));
}

/** Every reference of a file that the law forbids; a file without a place is a breach by itself. */
export function breachesOf({ path, links }: SourceFile, law: readonly Place[]): Breach[] {
  const place = placeOf(path, law);
  if (place === undefined) return [`${path} lies in no place of the law`];
  return links
    .filter((link) => !isAllowed(link, place, law))
    .map(
      ({ to, how }) => `${path} (${place.name}) must not import ${to}${how === 'static' ? '' : `, ${how}`}`,
    );
}

function isAllowed({ to, how }: Link, place: Place, law: readonly Place[]): boolean {
  const target = targetName(to, law);
  if (target === undefined) return false;
  if (target === place.name) return place.name !== 'ports' || how === 'type';
  const names = how === 'type' ? [target, `~${target}`] : [target];
  return (
    names.some((name) => place.may.includes(name)) || (to.startsWith('node:') && place.may.includes('node:*'))
  );
}

/** The place that a file lies in; a package by its name. */
function targetName(to: string, law: readonly Place[]): string | undefined {
  return to.endsWith('.ts') ? placeOf(to, law)?.name : to;
}

/** Allowances that no file makes use of: a law that allows more than is needed says less than it could. */
export function unused(files: readonly SourceFile[], law: readonly Place[]): string[] {
  return law.flatMap(({ name, may }) => {
    const inPlace = files.filter(({ path }) => placeOf(path, law)?.name === name);
    const used = new Set(
      inPlace
        .flatMap(({ links }) => links.map(({ to }) => targetName(to, law) ?? to))
        .flatMap((to) => [to, `~${to}`]),
    );
    const usesNode = inPlace.some(({ links }) => links.some(({ to }) => to.startsWith('node:')));
    return may
      .filter((allowed) => !used.has(allowed) && !(allowed === 'node:*' && usesNode))
      .map((allowed) => `${name} may import ${allowed}, but does not`);
  });
}

/** Every file and package that is loaded together with a file: static imports, and theirs. */
export function loadedWith(start: string, files: readonly SourceFile[]): ReadonlySet<string> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const loaded = new Set<string>();
  const todo = [start];
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    if (loaded.has(at)) continue;
    loaded.add(at);
    for (const { to, how } of byPath.get(at)?.links ?? []) if (how === 'static') todo.push(to);
  }
  return loaded;
}
