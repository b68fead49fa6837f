import type { Keys } from './aws-call.ts';
import type { AwsClients, ClientPlace } from './aws-clients.ts';
import { startAwsServer } from './aws-server.ts';
import type { AwsWorld } from './aws-world.ts';
import { type SdkOptions, sdkClients } from './sdk-clients.ts';

/** One way to reach a world. `retries`: whether a lost response is tried again without the caller. */
export type Face = {
  readonly name: string;
  readonly retries: boolean;
  open(world: AwsWorld): Promise<OpenFace>;
};

export type OpenFace = {
  readonly clients: AwsClients;
  /** Clients with other keys, or for another Region; `close` closes them too. */
  clientsAs(place: ClientPlace): AwsClients;
  close(): Promise<void>;
};

/** Every contract holds for both. */
export const FACES: readonly Face[] = [
  {
    name: 'in process',
    retries: false,
    open: async (world) => ({
      clients: world.clients,
      clientsAs: (place) => world.clientsAs(place),
      close: async () => {},
    }),
  },
  {
    name: 'over HTTP with the SDK',
    retries: true,
    open: async (world) => {
      const server = await startAwsServer(world);
      const opened: AwsClients[] = [];
      const clientsAs = (place: ClientPlace) => {
        const clients = sdkClients(server.endpoint, optionsOf(place));
        opened.push(clients);
        return clients;
      };
      const close = async () => {
        for (const client of opened.flatMap((clients) => Object.values(clients))) client.destroy();
        await server.close();
      };
      return { clients: clientsAs({}), clientsAs, close };
    },
  },
];

/** A place in the words of the SDK, which wants a secret too. */
function optionsOf({ credentials, ...place }: ClientPlace): SdkOptions {
  if (credentials === undefined) return place;
  if (typeof credentials !== 'function') return { ...place, credentials: withSecret(credentials) };
  return { ...place, credentials: async () => withSecret(await credentials()) };
}

const withSecret = ({ accessKeyId, sessionToken }: Keys) => ({
  ...{ accessKeyId, secretAccessKey: 'secret' },
  ...(sessionToken !== undefined && { sessionToken }),
});
