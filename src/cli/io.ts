/** The reader of stdout has gone (`audit-lake query ... | head`): stop quietly, it has what it wanted. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

/** For a last `out` of a command: where nobody reads stdout any more, the exit code still tells. */
export function unlessClosed(error: unknown): void {
  if (!(error instanceof OutputClosed)) throw error;
}

/** What a command says, and to whom. Commands get it as an argument, so that tests can listen. */
export type Io = {
  /**
   * Writes to stdout and waits until the reader took it: memory stays bounded behind a slow reader.
   * @throws OutputClosed where nobody reads any more
   */
  out(text: string): Promise<void>;
  err(text: string): void;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** Width of the terminal in characters; 160 where there is none. */
  readonly columns: number;
};

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error?: NodeJS.ErrnoException | null) => {
      if (!error) resolve();
      else reject(CLOSED.has(error.code ?? '') ? new OutputClosed() : error);
    });
  });
}

const CLOSED: ReadonlySet<string> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED']);

/** The terminal or pipes of this process. Call it once. */
export function processIo(): Io {
  // Without a listener the event ends the process; each write reports its own failure.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  return {
    out: (text) => write(process.stdout, text),
    err: (text) => {
      process.stderr.write(text);
    },
    stdoutIsTerminal: process.stdout.isTTY === true,
    stderrIsTerminal: process.stderr.isTTY === true,
    columns: process.stdout.columns ?? 160,
  };
}
