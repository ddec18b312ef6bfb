/** The least that a dispatch can do: the calls of one, from the file that is named, made by the same SDK one after the other. */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand, type GetItemCommandInput, type PutItemCommandInput, type QueryCommandInput, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { DescribeImagesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import type { CloudCall } from './launch-cloud.js';

const calls = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as readonly CloudCall[];
const table = new DynamoDBClient({});
const ec2 = new EC2Client({ maxAttempts: 1 });

function ask({ method, path, authorization, body }: Extract<CloudCall, { kind: 'gitea' }>): Promise<unknown> {
  return new Promise((answered, failed) => {
    const sent = request(process.env['GITEA_URL'] + path, { method, headers: { authorization, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('end', () => answered(JSON.parse(text || 'null')));
    });
    sent.on('error', failed).end(body);
  });
}

function askTable(operation: string, input: object): Promise<unknown> {
  switch (operation) {
    case 'GetItem':
      return table.send(new GetItemCommand(input as GetItemCommandInput));
    case 'PutItem':
      return table.send(new PutItemCommand(input as PutItemCommandInput));
    case 'Query':
      return table.send(new QueryCommand(input as QueryCommandInput));
    case 'UpdateItem':
      return table.send(new UpdateItemCommand(input as UpdateItemCommandInput));
    default:
      throw new Error(`expected GetItem, PutItem, Query or UpdateItem, found ${operation}`);
  }
}

async function main(): Promise<void> {
  for (const call of calls) {
    if (call.kind === 'gitea') await ask(call);
    else if (call.kind === 'launch') await ec2.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1, ImageId: 'ami-0123456789abcdef0', InstanceType: 't3.small', UserData: call.userData }));
    else if (call.kind === 'image') await ec2.send(new DescribeImagesCommand({ ImageIds: [call.id] }));
    else await askTable(call.operation, call.input);
  }
}

void main();
