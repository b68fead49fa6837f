/** What the comparison uses of a package without types. */
declare module 'parquetjs-lite' {
  import type { Writable } from 'node:stream';

  export class ParquetSchema {
    constructor(fields: { readonly [name: string]: object });
  }
  export class ParquetWriter {
    static openStream(schema: ParquetSchema, stream: Writable, options?: object): Promise<ParquetWriter>;
    appendRow(row: { readonly [name: string]: unknown }): Promise<void>;
    close(): Promise<void>;
  }
}
