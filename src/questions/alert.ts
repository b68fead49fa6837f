import { AuditLakeError } from '../errors.js';
import type { Period } from './period.js';
import { BEFORE, type Question } from './question.js';
import { type Given, sqlOf } from './rendered-question.js';

const MILLIS = { hour: 3_600_000, day: 86_400_000 } as const;
/** How often a question is asked: of each whole hour, or of each whole day (UTC). */
export type Rhythm = keyof typeof MILLIS;
const RHYTHMS: readonly string[] = Object.keys(MILLIS);

/** A question that is asked on a schedule; where it has rows, somebody is told. */
export type Alert = {
  /** As `audit-lake ask` calls it. */
  readonly question: string;
  /** Its arguments and options by their names, as on the command line. */
  readonly parameters?: { readonly [name: string]: string | number };
  readonly every: Rhythm;
};

/** An alert whose question is known, and whose values are. */
export type KnownAlert = { readonly question: Question; readonly given: Given; readonly every: Rhythm };

/** What alerts are held against. `nearest`: which of some names was meant. */
export type Library = {
  readonly questions: readonly Question[];
  readonly nearest: (written: string, names: readonly string[]) => string | undefined;
};

const MEMBERS = ['question', 'parameters', 'every'] as const;
/** The input of a rule holds 8,192 characters. */
const LONGEST = 7_000;
/** The schedule is a template, in which `<` begins a name. In a message a value stands on one line. */
const UNSCHEDULED = /[<>\p{Cc}]/u;

/**
 * An alert as somebody wrote it.
 * @throws AuditLakeError USAGE, with the name that was meant where one is near
 */
export function knownAlert(written: unknown, library: Library): KnownAlert {
  const {
    question: name,
    parameters = {},
    every,
  } = membersOf(written, 'an alert', { names: MEMBERS, library });
  const question = library.questions.find((it) => it.name === name);
  if (!question) {
    const names = library.questions.map((it) => it.name);
    throw unknown(`alerts: no question is called ${shown(name)}`, String(name), { names, library });
  }
  const where = `alerts: ${question.name}`;
  if (!isRhythm(every)) throw usage(`${where}: every is ${shown(every)}, and must be hour or day`);
  const names = question.parameters.map((it) => it.name);
  const given = valuesOf(membersOf(parameters, where, { names, library }), where);
  try {
    sqlOf(question, given, periodBefore(every, 0));
  } catch (thrown) {
    throw thrown instanceof AuditLakeError ? usage(`${where}: ${thrown.message}`, thrown) : thrown;
  }
  if (every === 'hour' && names.includes(BEFORE))
    throw usage(`${where}: it compares with the days before, so ask it every day`);
  return { question, given, every };
}

/**
 * The last hour or day that was over at `time`, in milliseconds since 1970. Whatever the minute of `time`: a call that
 * comes late, early or again asks about the same one, and two of the schedule have no gap between them.
 */
export function periodBefore(every: Rhythm, time: number): Period & { readonly to: Period['from'] } {
  const millis = MILLIS[every];
  const end = Math.floor(time / millis) * millis;
  return { from: { kind: 'at', epochMs: end - millis }, to: { kind: 'at', epochMs: end } };
}

const isRhythm = (every: unknown): every is Rhythm => typeof every === 'string' && RHYTHMS.includes(every);
const shown = (value: unknown) => JSON.stringify(value) ?? 'nothing';
const usage = (message: string, cause?: unknown) => new AuditLakeError('USAGE', message, cause);

type Names = { readonly names: readonly string[]; readonly library: Library };

function unknown(message: string, written: string, { names, library }: Names): AuditLakeError {
  const meant = library.nearest(written, names);
  if (meant !== undefined) return usage(`${message}. Did you mean ${meant}?`);
  return usage(names.length === 0 ? message : `${message}. There are ${names.join(', ')}`);
}

type Members = { readonly [name: string]: unknown };

function membersOf(value: unknown, where: string, { names, library }: Names): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw usage(`${where} is ${shown(value)}, and must be an object`);
  const odd = Object.keys(value).find((name) => !names.includes(name));
  if (odd !== undefined) throw unknown(`${where} takes no ${odd}`, odd, { names, library });
  return { ...value };
}

function valuesOf(parameters: Members, where: string): Given {
  const given = Object.entries(parameters).map(([name, value]) => {
    if (typeof value !== 'string' && typeof value !== 'number')
      throw usage(`${where}: ${name} is ${shown(value)}, and must be a text or a number`);
    const text = String(value);
    if (UNSCHEDULED.test(text))
      throw usage(
        `${where}: ${name} is ${shown(value)}: no < or > and no control character fits into a schedule`,
      );
    return [name, text] as const;
  });
  const { length } = JSON.stringify(given);
  if (length > LONGEST)
    throw usage(`${where}: parameters of ${length} characters do not fit into a schedule`);
  return Object.fromEntries(given);
}
