import { AuditLakeError } from './errors.js';
import type { Setting } from './setting.js';
import { type Environment, type FileValues, withVariables } from './settings-file.js';

/** What the command line gave, by commander's names; what is no setting is not looked at. */
export type Flags = { readonly [name: string]: string | readonly string[] | boolean | undefined };

export type Origin = 'flag' | 'environment' | 'file' | 'default';

export type Given = {
  readonly flags: Flags;
  readonly environment: Environment;
  readonly file?: { readonly path: string; readonly values: FileValues } | undefined;
};

/** Looks a setting up: flag, then environment, then file. All of them throw AuditLakeError USAGE. */
export type SettingsReader = {
  /** Undefined where it is not set. */
  one<T>(setting: Setting<T>): T | undefined;
  /** Each item once; undefined where it is not set. */
  list<T>(setting: Setting<T>): readonly T[] | undefined;
  origin(setting: Setting<unknown>): Origin;
};

/** An empty text or list is not set, so that the next place counts; only an empty flag is a mistake. */
export function settingsReader(given: Given): SettingsReader {
  const find = (setting: Setting<unknown>) =>
    fromFlag(setting, given) ?? fromEnvironment(setting, given) ?? fromFile(setting, given);
  const read = <T>(setting: Setting<T>) => parsed(setting, find(setting));
  return {
    one: (setting) => read(setting)?.[0],
    list: (setting) => {
      const items = read(setting);
      return items && Object.freeze([...new Set(items)]);
    },
    origin: (setting) => find(setting)?.origin ?? 'default',
  };
}

type Found = { readonly texts: readonly string[]; readonly origin: Origin; readonly place: string };

/** Commander's name of a flag: `endpointUrl` for `--endpoint-url`. */
const attributeOf = (flag: string) =>
  flag.slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

function fromFlag({ flag }: Setting<unknown>, { flags }: Given): Found | undefined {
  const value = flag === undefined ? undefined : flags[attributeOf(flag)];
  if (flag === undefined || value === undefined || typeof value === 'boolean') return undefined;
  const texts = typeof value === 'string' ? [value] : value;
  if (texts.includes(''))
    throw new AuditLakeError('USAGE', `${flag} is empty: give a value, or leave it out`);
  return found(texts, 'flag', flag);
}

function fromEnvironment(setting: Setting<unknown>, { environment }: Given): Found | undefined {
  return found(itemsOf(setting, environment[setting.env] ?? ''), 'environment', setting.env);
}

function fromFile(setting: Setting<unknown>, { file, environment }: Given): Found | undefined {
  const value = file?.values.get(setting.key);
  if (file === undefined || value === undefined) return undefined;
  const place = `${setting.key} in ${file.path}`;
  if (typeof value === 'string') {
    return found(itemsOf(setting, withVariables(value, place, environment)), 'file', place);
  }
  if (!setting.isList) throw new AuditLakeError('USAGE', `${place} takes ${setting.takes}, not a list`);
  const texts = value.map((item) => withVariables(item, place, environment));
  return found(
    texts.filter((text) => text !== ''),
    'file',
    place,
  );
}

const found = (texts: readonly string[], origin: Origin, place: string): Found | undefined =>
  texts.length === 0 ? undefined : { texts, origin, place };

/** One text; of a list, what stands between its commas. */
function itemsOf({ isList }: Setting<unknown>, text: string): readonly string[] {
  const items = isList ? text.split(',').map((item) => item.trim()) : [text];
  return items.filter((item) => item !== '');
}

function parsed<T>(
  { takes, parse, isSecret }: Setting<T>,
  given: Found | undefined,
): readonly T[] | undefined {
  return given?.texts.map((text) => {
    const value = parse(text);
    if (value !== undefined) return value;
    const instead = isSecret ? '' : `, not "${text.slice(0, 200)}"`;
    throw new AuditLakeError('USAGE', `${given.place} takes ${takes}${instead}`);
  });
}
