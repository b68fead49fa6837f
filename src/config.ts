import { availableParallelism } from 'node:os';
import { AuditLakeError } from './errors.js';

/** Every setting once. The only reader of the environment, and only when asked. */
export const SETTINGS = {
  lake: { env: 'AUDIT_LAKE_LAKE', flag: '--lake', meaning: 'the folder of the lake' },
  concurrency: {
    env: 'AUDIT_LAKE_CONCURRENCY',
    flag: '--concurrency',
    meaning: 'log files read side by side; default: cores',
  },
  lockWaitSeconds: {
    env: 'AUDIT_LAKE_LOCK_WAIT',
    flag: '--lock-wait',
    meaning: 'seconds to wait for another ingest; default: 30',
  },
} as const;

export type Environment = { readonly [name: string]: string | undefined };
export type Config = {
  readonly lake: string | undefined;
  readonly concurrency: number;
  readonly lockWaitSeconds: number;
};
export type Flags = { readonly lake?: string; readonly concurrency?: string; readonly lockWait?: string };

/** Flag, then environment, then default. @throws AuditLakeError USAGE naming the setting */
export function readConfig(flags: Flags, environment: Environment = process.env): Config {
  const { lake, concurrency, lockWaitSeconds } = SETTINGS;
  return {
    lake: readLake(flags, environment),
    concurrency: whole(concurrency, flags.concurrency ?? set(environment[concurrency.env]), {
      from: 1,
      to: 256,
      otherwise: availableParallelism(),
    }),
    lockWaitSeconds: whole(lockWaitSeconds, flags.lockWait ?? set(environment[lockWaitSeconds.env]), {
      from: 0,
      to: 86_400,
      otherwise: 30,
    }),
  };
}

/** The lake alone, for commands that have no other setting. @throws AuditLakeError USAGE for an empty name */
export function readLake(
  flags: { readonly lake?: string },
  environment: Environment = process.env,
): string | undefined {
  const { env, flag } = SETTINGS.lake;
  if (flags.lake === '') throw new AuditLakeError('USAGE', `${flag} is empty: name a folder`);
  return flags.lake ?? set(environment[env]);
}

/** An environment variable that is empty is not set. */
const set = (value: string | undefined) => (value === '' ? undefined : value);

type Setting = { readonly env: string; readonly flag: string };
type Range = { readonly from: number; readonly to: number; readonly otherwise: number };

function whole({ env, flag }: Setting, text: string | undefined, { from, to, otherwise }: Range): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= from && value <= to) return value;
  throw new AuditLakeError(
    'USAGE',
    `${flag} (or ${env}) takes a whole number from ${from} to ${to}, not "${text}"`,
  );
}
