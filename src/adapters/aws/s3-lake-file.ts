import { hash } from 'node:crypto';
import type { LakeFile } from '../../lake/lake-file.js';
import { META } from '../../lake/names.js';
import { S3LakeObjects, type S3LakeOptions } from './s3-lake-objects.js';
import { formatPlace, type S3Place } from './s3-place.js';

/** `lake.json` in S3, changed by one at a time. @throws AuditLakeError AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED */
export class S3LakeFile {
  readonly #objects: S3LakeObjects;
  readonly #place: S3Place;

  constructor(options: S3LakeOptions) {
    this.#objects = new S3LakeObjects(options);
    this.#place = options.place;
  }

  /** Undefined where there is no lake yet. @throws AuditLakeError LAKE_FORMAT */
  async read(): Promise<{ readonly lake: LakeFile; readonly etag: string } | undefined> {
    const found = await this.#objects.read(META.lakeFile);
    if (found === undefined) return undefined;
    const { parseLakeFile } = await import('../../lake/lake-file-schema.js');
    const text = Buffer.from(found.bytes).toString();
    return { lake: parseLakeFile(text, `${META.lakeFile} of ${formatPlace(this.#place)}`), etag: found.etag };
  }

  /**
   * Replaces the file of this etag, or makes the first one where none is given. False: somebody was faster, which
   * after a lost answer may have been this very call; read it again.
   */
  async write(lake: LakeFile, etag?: string): Promise<boolean> {
    const bytes = Buffer.from(`${JSON.stringify(lake, null, 2)}\n`);
    const content = { bytes, type: 'application/json', sha256: hash('sha256', bytes, 'base64') };
    if (etag === undefined) return this.#objects.create(META.lakeFile, content);
    return this.#objects.replace(META.lakeFile, content, etag);
  }
}
