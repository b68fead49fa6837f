/** The data files of a lake as they lie there now, whatever its state says of them. */
export interface StoredFiles {
  /**
   * Hex SHA-256 of the bytes at a path below the root of the lake; undefined where there is no such file.
   * @throws AuditLakeError LAKE_FORMAT for what cannot be read, AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED
   */
  sha256Of(path: string): Promise<string | undefined>;
}
