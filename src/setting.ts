import type { Parse } from './setting-values.js';

/** A setting: its names in three places, what it means, and what it takes. */
export type Setting<T> = {
  /** Its name in audit-lake.yaml. */
  readonly key: string;
  readonly env: string;
  readonly flag?: string;
  /** What stands behind the flag in the help. */
  readonly argument?: string;
  readonly meaning: string;
  /** What a message says that it takes. */
  readonly takes: string;
  /** In words; absent where it is simply not set. */
  readonly byDefault?: string;
  /** One value, or one item of a list. */
  readonly parse: Parse<T>;
  /** A flag that may be repeated, a list in the file, a text with commas in the environment. */
  readonly isList?: true;
  /** Never printed, not even where it is wrong. It has no flag: a command line is seen by everybody. */
  readonly isSecret?: true;
};

/** For inference: each setting keeps the type of its value. */
export const setting = <T>(it: Setting<T>): Setting<T> => it;
