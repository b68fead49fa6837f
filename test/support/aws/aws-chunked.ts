import { AwsError } from './aws-error.ts';

/** What stood in an aws-chunked body: the object, and the trailers after it (names in lower case). */
export type Unchunked = { readonly bytes: Buffer; readonly trailers: Readonly<Record<string, string>> };

/** Decodes the content encoding of uploads whose checksum follows the bytes. @throws AwsError IncompleteBody */
export function unchunked(body: Buffer, decodedLength: number): Unchunked {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, end).split(';')[0] ?? '', 16);
    if (end < 0 || !(size >= 0)) throw incomplete();
    at = end + 2;
    if (size === 0) break;
    chunks.push(body.subarray(at, at + size));
    at += size + 2;
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== decodedLength) throw incomplete();
  const lines = body.toString('latin1', at).split('\r\n').filter(Boolean);
  const trailers = lines.map((line) => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 1).trim(),
  ]);
  return { bytes, trailers: Object.fromEntries(trailers) };
}

function incomplete(): AwsError {
  const message = 'You did not provide the number of bytes specified by the Content-Length HTTP header';
  return new AwsError('IncompleteBody', message);
}
