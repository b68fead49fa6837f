import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AwsRequest, Signature } from './aws-call.ts';
import { AwsError, ConnectionLost } from './aws-error.ts';
import type { AwsWorld } from './aws-world.ts';
import { type HttpAnswer, type HttpRequest, send } from './http-messages.ts';
import { jsonProtocol } from './json-http.ts';
import { isForLambda, lambdaProtocol } from './lambda-http.ts';
import { queryProtocol } from './query-http.ts';
import { s3Protocol } from './s3-http.ts';

/** How the calls of a service travel over HTTP. */
export type Protocol = {
  read(request: HttpRequest): AwsRequest;
  answer(output: object, call: AwsRequest): HttpAnswer;
  failure(error: AwsError, request: HttpRequest): HttpAnswer;
};

export type AwsServer = { readonly endpoint: string; close(): Promise<void> };

/** The HTTP face of a world: every service behind one endpoint on this machine. */
export async function startAwsServer(world: AwsWorld): Promise<AwsServer> {
  const server = createServer((incoming, response) => void serve(world, incoming, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { endpoint: `http://127.0.0.1:${port}`, close };
}

async function serve(world: AwsWorld, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const request = await requestOf(incoming);
    await send(response, await answerTo(world, request), { bare: incoming.method === 'HEAD' });
  } catch {
    // The connection broke, on their side or, by a fault, on ours.
    response.destroy();
  }
}

/** @throws ConnectionLost where a fault wants no answer to be given */
async function answerTo(world: AwsWorld, request: HttpRequest): Promise<HttpAnswer> {
  const protocol = protocolOf(request);
  try {
    const call = protocol.read(request);
    return protocol.answer(Object(await world.answer({ ...call, signed: signatureOf(request) })), call);
  } catch (error) {
    if (error instanceof ConnectionLost) throw error;
    if (error instanceof AwsError) return protocol.failure(error, request);
    const message = error instanceof Error ? error.message : String(error);
    return protocol.failure(new AwsError('UnknownOperationException', message), request);
  }
}

function protocolOf({ headers, path, body }: HttpRequest): Protocol {
  if (headers['x-amz-target'] !== undefined) return jsonProtocol;
  if (isForLambda(path)) return lambdaProtocol;
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  return isForm && body.includes('Action=') ? queryProtocol : s3Protocol;
}

/** What the header of Signature Version 4 names: `Credential=KEY/DATE/REGION/SERVICE/aws4_request`. */
function signatureOf({ headers }: HttpRequest): Signature {
  const [, accessKeyId, region] =
    /Credential=([^/,]+)\/\d{8}\/([^/,]+)\//.exec(headers['authorization'] ?? '') ?? [];
  const sessionToken = headers['x-amz-security-token'];
  return { region, keys: accessKeyId === undefined ? undefined : { accessKeyId, sessionToken } };
}

async function requestOf(incoming: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  // Not by URL: it would resolve the dots of a key such as `../x`.
  const [path = '/', query = ''] = (incoming.url ?? '/').split('?', 2);
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  );
  const { method = 'GET' } = incoming;
  return { method, path, query: new URLSearchParams(query), headers, body: Buffer.concat(chunks) };
}
