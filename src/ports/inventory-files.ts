/** The files of an S3 Inventory, wherever they lie. */
export interface InventoryFiles {
  /**
   * A file as it arrives.
   * @param name key of the file, as the manifest tells it
   * @throws AuditLakeError USAGE where there is no such file; READ_FAILED, AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED
   */
  read(name: string): AsyncIterable<Uint8Array>;
  /** Bytes `start` to `end` of it, the last one not included. @throws AuditLakeError the same */
  range(name: string, start: number, end: number): Promise<Uint8Array>;
}
