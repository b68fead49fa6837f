import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Something far away: each answer takes a while. */
export type SlowEndpoint = {
  readonly endpoint: string;
  /** The most requests that waited for their answer at once. */
  readonly most: () => number;
  readonly close: () => Promise<void>;
};

/** Puts so many milliseconds between a server and whoever asks it. */
export async function slowEndpoint(before: string, millis: number): Promise<SlowEndpoint> {
  const waiting = { now: 0, most: 0 };
  const server = createServer(async (incoming, response) => {
    waiting.most = Math.max(waiting.most, ++waiting.now);
    await pause(millis);
    waiting.now--;
    passOn(incoming, response, before);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    most: () => waiting.most,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function passOn(incoming: IncomingMessage, response: ServerResponse, before: string): void {
  const { method, headers, url = '/' } = incoming;
  const onward = request(`${before}${url}`, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  incoming.pipe(onward);
}
