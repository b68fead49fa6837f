import { inspect } from 'node:util';
import { inflateRawSync } from 'node:zlib';
import type { AwsRequest } from './aws/aws-call.ts';
import type { AwsWorld } from './aws/aws-world.ts';

/** What the secrets of planted-secrets.ts look like. */
const LOOKS = /zqk[0-9a-z]{3}xvw|7319\d{6}|c0ffee[0-9a-f]{4}ad|тайна\d{3}ъ/g;
/** How a gzip member without a name begins, and how long its header is. */
const GZIP = Buffer.from([0x1f, 0x8b, 0x08, 0x00]);
const GZIP_HEADER = 10;

/** Finds secrets in whatever is written, sent or thrown: in texts, in bytes, and in what was compressed. */
export class SecretDetector {
  readonly #secrets: ReadonlySet<string>;

  constructor(secrets: Iterable<string>) {
    this.#secrets = new Set(secrets);
  }

  /** The secrets that stand in a value, at any depth. */
  in(value: unknown): Set<string> {
    const found = new Set<string>();
    for (const text of textsIn(value)) {
      for (const [match] of text.matchAll(LOOKS)) if (this.#secrets.has(match)) found.add(match);
    }
    return found;
  }
}

/** Every text of a value. Errors are taken as Lambda's runtime and as a console would print them. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'number' || typeof value === 'bigint') yield String(value);
  else if (value instanceof Uint8Array) yield* textsInBytes(value);
  else if (value instanceof Error) {
    yield inspect(value, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null });
  } else if (value instanceof Map || Array.isArray(value)) {
    for (const item of value) yield* textsIn(item);
  } else if (typeof value === 'object' && value !== null) yield* textsIn(Object.entries(value));
}

/** As they are, and all that can be inflated: pages of Parquet are gzip members, long items are deflated. */
function* textsInBytes(bytes: Uint8Array): Generator<string> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  yield buffer.toString();
  const raw = orNothing(() => inflateRawSync(buffer));
  if (raw) yield raw.toString();
  for (let at = buffer.indexOf(GZIP); at >= 0; at = buffer.indexOf(GZIP, at + 1)) {
    const from = at + GZIP_HEADER;
    // Unlike gunzip it does not mind what follows the member.
    const inflated = orNothing(() => inflateRawSync(buffer.subarray(from)));
    if (inflated) yield inflated.toString();
  }
}

function orNothing<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}

/** Shows every request to AWS before it is answered: what is staged or kept at any moment was sent before. */
export function watchRequests(world: AwsWorld, see: (request: AwsRequest) => void): void {
  const answer = world.answer.bind(world);
  world.answer = (request) => {
    see(request);
    return answer(request);
  };
}
