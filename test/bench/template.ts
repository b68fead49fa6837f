import { ALPHANUMERIC_PAIRS, BASE64_PAIRS, type Random, UPPER_PAIRS } from './random.ts';

/** What a template draws on while one record is written. */
export type Setting = {
  readonly random: Random;
  readonly account: string;
  readonly region: string;
  /** The account's own buckets, tables, keys: names that come back again and again. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  /** userIdentity as JSON. */
  identity: string;
  sourceIp: string;
  userAgent: string;
  /** eventTime, and the same in milliseconds. */
  time: string;
  epoch: number;
};

type Slot = (setting: Setting) => string;
type Part = string | Slot;

/** A JSON text with holes. */
export type Template = readonly Part[];

/** A slot is written `{name}` or `{name12}` inside a string of the sample value. */
const SLOT = /"\{(identity|int|epoch|bool)(\d*)\}"|\{([a-z]+)(\d*)\}/gi;

const slotNamed = (name: string, size: number): Slot => {
  switch (name) {
    case 'identity':
      return (setting) => setting.identity;
    case 'int':
      return (setting) => String(setting.random.below(size));
    case 'epoch':
      return (setting) => String(setting.epoch - setting.random.below(1000));
    case 'bool':
      return (setting) => (setting.random.next() < 0.5 ? 'true' : 'false');
    case 'account':
      return (setting) => setting.account;
    case 'region':
      return (setting) => setting.region;
    case 'ip':
      return (setting) => setting.sourceIp;
    case 'agent':
      return (setting) => setting.userAgent;
    case 'time':
      return (setting) => setting.time;
    case 'uuid':
      return (setting) => setting.random.uuid();
    case 'hex':
      return (setting) => setting.random.hex(size);
    case 'upper':
      return (setting) => setting.random.text(UPPER_PAIRS, size);
    case 'alnum':
      return (setting) => setting.random.text(ALPHANUMERIC_PAIRS, size);
    case 'base':
      return (setting) => setting.random.text(BASE64_PAIRS, size);
    default:
      return (setting) => setting.random.pick(setting.names[name] ?? [name]);
  }
};

/** Compiles a JSON text whose strings hold slots. */
export const compileTemplate = (json: string): Template => {
  const parts: Part[] = [];
  let end = 0;
  for (const match of json.matchAll(SLOT)) {
    parts.push(json.slice(end, match.index));
    parts.push(slotNamed(match[1] ?? match[3] ?? '', Number(match[2] || match[4] || 0)));
    end = match.index + match[0].length;
  }
  parts.push(json.slice(end));
  return parts;
};

export const render = (template: Template, setting: Setting): string => {
  let out = '';
  for (const part of template) out += typeof part === 'string' ? part : part(setting);
  return out;
};
