import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';

/** The table without AWS: dynalite on disk, an HTTP server on loopback that the command line reads as well. */
export interface EmbeddedStore {
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  close(): Promise<void>;
}

export const LOCAL_REGION = 'local';
/** Client and server share one thread: more would wait all the same, each with its buffers. */
const MOST_SOCKETS = 8;

export async function openEmbeddedStore(folder: string): Promise<EmbeddedStore> {
  const server: Server = dynalite({ path: folder, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDBClient({ endpoint, region: LOCAL_REGION, credentials: { accessKeyId: 'local', secretAccessKey: 'local' }, requestHandler: { httpAgent: { keepAlive: true, maxSockets: MOST_SOCKETS }, socketAcquisitionWarningTimeout: 60_000 } });
  // Ours from before they are sent, and those of the command line once they are here.
  const inHand = new Set<Promise<unknown>>();
  const hold = (work: Promise<unknown>) => {
    const over = () => void inHand.delete(work);
    inHand.add(work);
    work.then(over, over);
  };
  client.middlewareStack.add(
    (next) => (args) => {
      const answer = next(args);
      hold(answer);
      return answer;
    },
    { step: 'initialize', name: 'holdUntilAnswered' },
  );
  server.on('request', (_request, response) => hold(new Promise((resolve) => response.once('close', resolve))));
  return {
    client,
    endpoint,
    async close() {
      // dynalite goes on reading for a connection that is gone, and throws where nobody can catch it once its files are closed.
      while (inHand.size > 0) await Promise.allSettled(inHand);
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
