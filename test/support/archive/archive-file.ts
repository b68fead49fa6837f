/** One record of a log file: what its row must show. */
export type ArchiveRecord = {
  /** None in records before eventVersion 1.01. */
  readonly eventId: string | undefined;
  readonly account: string;
  readonly region: string;
  /** None: no day can hold it, and it is rejected. */
  readonly eventTime: string | undefined;
  readonly service: 'athena' | 's3';
};

/** What makes a log file unreadable. */
export type Damage = 'cut' | 'html' | 'trailing bytes' | 'second member';

export type Storage = { readonly storageClass: string; readonly restored: boolean };

/** An object of a generated archive, with all that the independent count has to know of it. */
export type ArchiveFile = {
  /** Its key in a bucket, and its path below a folder. */
  readonly key: string;
  /** What names it in the ledger where it lies in a folder: copies of one log file are one there. */
  readonly keyInFolder: string;
  /** What its key tells. */
  readonly account?: string;
  readonly region?: string;
  /** Day of delivery, `YYYY-MM-DD`. */
  readonly day?: string;
  readonly records: readonly ArchiveRecord[];
  readonly bytes: () => Uint8Array;
  readonly damage?: Damage;
  /** In a bucket alone: a folder knows no storage classes. */
  readonly storage?: Storage;
  /** Another family or service: not ours to read. */
  readonly isForeign?: true;
};
