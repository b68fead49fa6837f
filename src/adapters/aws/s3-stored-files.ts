import type { StoredFiles } from '../../ports/stored-files.js';
import { S3LakeObjects, type S3LakeOptions } from './s3-lake-objects.js';

/** The objects of a lake in S3. S3 has kept the SHA-256 of what we wrote; of what somebody else put there, it is read. */
export class S3StoredFiles implements StoredFiles {
  readonly #objects: S3LakeObjects;

  constructor(options: S3LakeOptions) {
    this.#objects = new S3LakeObjects(options);
  }

  sha256Of(path: string): Promise<string | undefined> {
    return this.#objects.sha256Of(path);
  }
}
