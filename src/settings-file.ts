import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { AuditLakeError, messageOf } from './errors.js';
import { nearestTo } from './nearest-setting.js';

export type Environment = { readonly [name: string]: string | undefined };

/** What a settings file gives a key: as texts, for each setting knows what it takes. */
export type FileValues = ReadonlyMap<string, string | readonly string[]>;

const NAME = 'audit-lake.yaml';

/** The first that exists of `./audit-lake.yaml` and the one in the folder of settings (XDG). */
export function findSettingsFile(environment: Environment): string | undefined {
  const xdg = environment['XDG_CONFIG_HOME'] ?? '';
  // The specification ignores relative ones.
  const settings = isAbsolute(xdg) ? xdg : join(environment['HOME'] || homedir(), '.config');
  return [`./${NAME}`, join(settings, 'audit-lake', NAME)].find((path) => existsSync(path));
}

/**
 * Reads a settings file: a map of keys to texts, numbers or lists of them, in YAML or JSON. Numbers stay as they
 * are written: an account that begins with 0 keeps it. Variables are not replaced yet.
 * @throws AuditLakeError USAGE for a file that cannot be read, is not such a map, or has a key that is not in `keys`
 */
export async function readSettingsFile(path: string, keys: readonly string[]): Promise<FileValues> {
  const text = await readFile(path, 'utf8').catch((thrown: unknown) => {
    throw new AuditLakeError('USAGE', `cannot read the settings file ${path}: ${messageOf(thrown)}`, thrown);
  });
  // Late: a command without a settings file does not pay for the parser.
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines });
  const [wrong] = [...document.errors, ...document.warnings];
  if (wrong) throw new AuditLakeError('USAGE', `${path} is not valid YAML: ${firstLine(wrong.message)}`);
  if (document.contents === null) return new Map();
  if (!yaml.isMap(document.contents)) {
    throw new AuditLakeError('USAGE', `${path} holds no settings: it takes lines such as "lake: ./lake"`);
  }
  const values = new Map<string, string | readonly string[]>();
  for (const { key, value } of document.contents.items) {
    const offset = yaml.isScalar(key) ? key.range?.[0] : undefined;
    const place = offset === undefined ? path : `${path} line ${lines.linePos(offset).line}`;
    const name = knownKey(textOf(key, yaml) ?? String(key), { keys, place });
    values.set(name, settingOf(value, yaml) ?? refuse(name, place));
  }
  return values;
}

type Yaml = Pick<typeof import('yaml'), 'isScalar' | 'isSeq'>;

/** A text, or a number as it is written. */
function textOf(node: unknown, { isScalar }: Yaml): string | undefined {
  if (!isScalar(node)) return undefined;
  if (typeof node.value === 'number') return node.source ?? String(node.value);
  return typeof node.value === 'string' ? node.value : undefined;
}

function settingOf(node: unknown, yaml: Yaml): string | readonly string[] | undefined {
  if (!yaml.isSeq(node)) return textOf(node, yaml);
  const items = node.items.map((item) => textOf(item, yaml)).filter((item) => item !== undefined);
  return items.length === node.items.length ? items : undefined;
}

function refuse(key: string, place: string): never {
  throw new AuditLakeError(
    'USAGE',
    `${key} in ${place} takes a text, a number or a list of them: quote it, or leave the line out`,
  );
}

const firstLine = (text: string) => text.split('\n')[0]?.replace(/:$/, '') ?? '';

type Known = { readonly keys: readonly string[]; readonly place: string };

/** @throws AuditLakeError USAGE for a name that nobody knows, with the nearest that is known */
export function knownKey(key: string, { keys, place }: Known): string {
  if (keys.includes(key)) return key;
  const nearest = nearestTo(key, keys);
  const hint = nearest === undefined ? `It knows ${keys.join(', ')}` : `Did you mean ${nearest}?`;
  throw new AuditLakeError('USAGE', `unknown setting "${key.slice(0, 100)}" in ${place}. ${hint}`);
}

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::([-?][^}]*))?\}/g;

/**
 * Puts variables of the environment into a value of a settings file: `${VAR}` must be set, `${VAR:-x}` is `x`
 * without it, `${VAR:?why}` says why it is needed. A variable that is empty is not set.
 * @param place the setting and its file, for messages
 * @throws AuditLakeError USAGE for a variable that is not set, or braces of another form
 */
export function withVariables(text: string, place: string, environment: Environment): string {
  if (text.replace(VARIABLE, '').includes('${')) {
    throw new AuditLakeError('USAGE', `${place} takes \${VAR}, \${VAR:-default} or \${VAR:?message}`);
  }
  return text.replace(VARIABLE, (_, name: string, without: string | undefined) => {
    const value = environment[name];
    if (value !== undefined && value !== '') return value;
    if (without?.startsWith('-')) return without.slice(1);
    const why = without?.slice(1) || `set it, or write \${${name}:-}`;
    throw new AuditLakeError('USAGE', `${place} needs the environment variable ${name}: ${why}`);
  });
}
