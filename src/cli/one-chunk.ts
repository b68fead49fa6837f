/** Rows that are all there, as an engine would give them. */
export async function* inOneChunk<T>(rows: T): AsyncGenerator<T> {
  yield rows;
}
