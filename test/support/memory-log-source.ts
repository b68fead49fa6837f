import { createHash } from 'node:crypto';
import { parseKey } from '../../src/cloudtrail/log-file-ref.js';
import { AuditLakeError } from '../../src/errors.js';
import type { ListedObject, LogFileBody, LogReader, LogSource } from '../../src/ports/log-source.js';

/** An object in memory. Its location is its key, unless two copies of one key lie side by side. */
export type MemoryObject = { readonly key: string; readonly bytes: Uint8Array; readonly location?: string };

const BUCKET = 'amzn-s3-demo-bucket';

/** A bucket in memory; its ETags follow the content, as those of S3 do, unless told otherwise. */
export class MemoryLogSource implements LogSource, LogReader {
  objects: readonly MemoryObject[];
  /** How often each body was read. */
  readonly reads = new Map<string, number>();
  #etagOf: (object: MemoryObject) => string;

  constructor(objects: readonly MemoryObject[], etagOf = etagOfContent) {
    this.objects = objects;
    this.#etagOf = etagOf;
  }

  async count(): Promise<number> {
    return this.objects.length;
  }

  async *list(): AsyncIterable<ListedObject> {
    for (const object of this.objects) yield this.#listed(object);
  }

  async read(location: string): Promise<LogFileBody> {
    const object = this.objects.find((object) => locationOf(object) === location);
    if (!object) throw new AuditLakeError('READ_FAILED', `there is no ${location}`);
    this.reads.set(location, (this.reads.get(location) ?? 0) + 1);
    const { bytes } = object;
    const chunks = (async function* () {
      yield bytes;
    })();
    return { size: bytes.length, chunks, close: () => undefined };
  }

  #listed(object: MemoryObject): ListedObject {
    const kind = parseKey(BUCKET, object.key);
    return {
      location: locationOf(object),
      size: object.bytes.length,
      etag: this.#etagOf(object),
      what: kind.kind === 'foreign' ? 'foreign' : kind.ref,
    };
  }
}

const locationOf = ({ location, key }: MemoryObject) => location ?? key;

export const etagOfContent = ({ bytes }: MemoryObject): string =>
  createHash('md5').update(bytes).digest('hex').slice(0, 12);
