import type { ArchiveFile, Damage } from './archive-file.ts';
import { DAY_MS, dayOf, startOf } from './archive-shape.ts';

/** Where the archive lies: copies of a log file are one in a folder, and nothing is archived there. */
export type ArchivePlace = 'folder' | 'bucket';

export type Counted = { readonly files: number; readonly bytes: number };
export type Silence = {
  readonly account: string;
  readonly region: string;
  readonly from: string;
  readonly to: string;
  readonly days: number;
};

/** What a lake of an archive must be, counted from the generator's own list and with nothing of src. */
export type ArchiveTruth = {
  /** Rows of athena_events, each named once. */
  readonly rows: readonly string[];
  /** Events in the view. */
  readonly events: number;
  /** How each log file stands in the ledger, by its key. */
  readonly ledger: ReadonlyMap<string, string>;
  /** The code of each log file that fails, by its path or key in the archive. */
  readonly failures: ReadonlyMap<string, string>;
  readonly gaps: readonly Silence[];
  /** By `account YYYY-MM`; '' where a key does not tell. Every object counts, copies too. */
  readonly months: ReadonlyMap<string, Counted>;
  readonly total: Counted;
  /** Objects of other families and services. */
  readonly foreign: number;
};

const CODES: { readonly [damage in Damage]: string } = {
  cut: 'BAD_GZIP',
  html: 'BAD_GZIP',
  'trailing bytes': 'GZIP_TRAILING',
  'second member': 'GZIP_MEMBERS',
};

/** What names a row: where it is from, what it says, and the day in which it is kept. */
export type RowFacts = {
  readonly key: string;
  readonly index: number;
  readonly eventId: string | undefined;
  readonly account: string;
  readonly region: string;
  readonly day: string;
};
export const rowName = ({ key, index, eventId = '-', account, region, day }: RowFacts): string =>
  [key, index, eventId, account, region, day].join(' ');

export function truthOfArchive(files: Iterable<ArchiveFile>, place: ArchivePlace): ArchiveTruth {
  const count = new ArchiveCount(place);
  for (const file of files) count.add(file);
  return count.truth();
}

class ArchiveCount {
  readonly #place: ArchivePlace;
  readonly #rows = new Map<string, readonly string[]>();
  readonly #events = new Set<string>();
  readonly #ledger = new Map<string, string>();
  readonly #failures = new Map<string, string>();
  readonly #days = new Map<string, Set<string>>();
  readonly #months = new Map<string, Counted>();
  #foreign = 0;

  constructor(place: ArchivePlace) {
    this.#place = place;
  }

  add(file: ArchiveFile): void {
    if (file.isForeign) {
      this.#foreign++;
      return;
    }
    this.#count(file);
    const key = this.#place === 'folder' ? file.keyInFolder : file.key;
    const code = this.#codeOf(file);
    if (code !== undefined) {
      this.#failures.set(file.key, code);
      this.#ledger.set(key, code === 'LOG_FILE_ARCHIVED' ? 'DEFERRED' : 'QUARANTINED');
      return;
    }
    const facts = rowsOf(file, key);
    this.#rows.set(key, facts.map(rowName));
    for (const { eventId, account, region, day } of facts) {
      this.#events.add(`${account} ${region} ${day} ${eventId ?? `none ${key}`}`);
    }
    this.#ledger.set(key, facts.length > 0 ? 'COMMITTED' : 'EMPTY');
  }

  truth(): ArchiveTruth {
    const months = new Map([...this.#months].sort(([a], [b]) => (a < b ? -1 : 1)));
    return {
      rows: [...this.#rows.values()].flat().sort(),
      events: this.#events.size,
      ledger: this.#ledger,
      failures: this.#failures,
      gaps: [...this.#days].flatMap(([place, days]) => silencesOf(place, days)),
      months,
      total: [...months.values()].reduce(plus, { files: 0, bytes: 0 }),
      foreign: this.#foreign,
    };
  }

  /** An archived log file is not looked at, so nobody learns that it is damaged. */
  #codeOf({ damage, storage }: ArchiveFile): string | undefined {
    const isAway =
      this.#place === 'bucket' &&
      storage !== undefined &&
      !storage.restored &&
      isArchive(storage.storageClass);
    return isAway ? 'LOG_FILE_ARCHIVED' : damage && CODES[damage];
  }

  #count({ account, region, day, bytes }: ArchiveFile): void {
    const month = `${account ?? ''} ${day?.slice(0, 7) ?? ''}`;
    const one = { files: 1, bytes: bytes().length };
    this.#months.set(month, plus(this.#months.get(month) ?? { files: 0, bytes: 0 }, one));
    if (account === undefined || region === undefined || day === undefined) return;
    const place = `${account} ${region}`;
    this.#days.set(place, (this.#days.get(place) ?? new Set()).add(day));
  }
}

const isArchive = (storageClass: string) => storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';

const plus = (a: Counted, b: Counted): Counted => ({ files: a.files + b.files, bytes: a.bytes + b.bytes });

function rowsOf({ records }: ArchiveFile, key: string): RowFacts[] {
  return records.flatMap(({ service, eventTime, ...record }, index) =>
    service === 'athena' && eventTime !== undefined
      ? [{ ...record, key, index, day: eventTime.slice(0, 10) }]
      : [],
  );
}

/** Days without a log file between the first and the last one of an account and Region. */
function silencesOf(place: string, days: ReadonlySet<string>): Silence[] {
  const [account = '', region = ''] = place.split(' ');
  const sorted = [...days].sort();
  return sorted.slice(1).flatMap((day, at) => {
    const before = startOf(sorted[at] ?? day);
    const missing = (startOf(day) - before) / DAY_MS - 1;
    if (missing === 0) return [];
    return [
      { account, region, from: dayOf(before + DAY_MS), to: dayOf(startOf(day) - DAY_MS), days: missing },
    ];
  });
}
