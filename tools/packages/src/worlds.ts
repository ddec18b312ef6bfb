import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { recordedAnswer } from '@tinqs/gitea-client/testing';

/** Stands in for EC2, DynamoDB and Gitea, as far as the examples ask them: a machine, a table without items, the recorded jobs. */
export interface StandIn {
  readonly url: string;
  readonly close: () => void;
}

const LAUNCHED =
  '<RunInstancesResponse><instancesSet><item><instanceId>i-0fedcba9876543210</instanceId><placement><availabilityZone>eu-west-1b</availabilityZone></placement></item></instancesSet></RunInstancesResponse>';

export async function startStandIn(): Promise<StandIn> {
  const jobs = JSON.stringify(recordedAnswer('api', '1.27', 'jobs-admin-queued').body);
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.method === 'GET') return response.writeHead(200, { 'content-type': 'application/json' }).end(jobs);
      const isTable = request.headers['x-amz-target'] !== undefined;
      return response.writeHead(200, { 'content-type': isTable ? 'application/x-amz-json-1.0' : 'text/xml' }).end(isTable ? '{"Items":[],"Count":0,"ScannedCount":0}' : LAUNCHED);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
