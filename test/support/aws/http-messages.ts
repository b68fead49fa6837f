import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

export type HttpRequest = {
  readonly method: string;
  /** Still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
};

type Sending = { readonly bare: boolean };

/** Sends an answer; to HEAD without its body. @throws what a stream breaks with, after the bytes before it */
export async function send(response: ServerResponse, answer: HttpAnswer, { bare }: Sending): Promise<void> {
  const { status, headers, body = '' } = answer;
  const request = {
    'x-amzn-requestid': 'request-of-the-double',
    'x-amz-request-id': 'request-of-the-double',
  };
  const length =
    typeof body === 'string' && !bare ? { 'content-length': String(Buffer.byteLength(body)) } : {};
  response.writeHead(status, { ...request, ...length, ...headers });
  if (!bare && typeof body !== 'string') {
    for await (const chunk of body) await written(response, chunk);
  }
  response.end(bare || typeof body !== 'string' ? undefined : body);
}

/** Waits until the bytes have left, or the other side has. */
function written(response: ServerResponse, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}

/** Text for XML; what XML cannot hold is written as S3 writes it. */
export function escaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys may hold them
  return text.replace(/[&<>"\u0000-\u001f]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** An element for each member: lists repeat it, objects nest, what is undefined is left out. */
export function xmlOf(name: string, value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((each) => xmlOf(name, each)).join('');
  if (value instanceof Date) return `<${name}>${value.toISOString()}</${name}>`;
  if (typeof value !== 'object' || value === null) return `<${name}>${escaped(String(value))}</${name}>`;
  const inner = Object.entries(value).map(([member, each]) => xmlOf(member, each));
  return `<${name}>${inner.join('')}</${name}>`;
}
