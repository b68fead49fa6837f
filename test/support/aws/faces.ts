import type { AwsClients } from './aws-clients.ts';
import { startAwsServer } from './aws-server.ts';
import type { AwsWorld } from './aws-world.ts';
import { sdkClients } from './sdk-clients.ts';

/** One way to reach a world. `retries`: whether a lost response is tried again without the caller. */
export type Face = {
  readonly name: string;
  readonly retries: boolean;
  open(world: AwsWorld): Promise<{ readonly clients: AwsClients; close(): Promise<void> }>;
};

/** Every contract holds for both. */
export const FACES: readonly Face[] = [
  {
    name: 'in process',
    retries: false,
    open: async ({ clients }) => ({ clients, close: async () => {} }),
  },
  {
    name: 'over HTTP with the SDK',
    retries: true,
    open: async (world) => {
      const server = await startAwsServer(world);
      const clients = sdkClients(server.endpoint);
      const close = async () => {
        for (const client of Object.values(clients)) client.destroy();
        await server.close();
      };
      return { clients, close };
    },
  },
];
