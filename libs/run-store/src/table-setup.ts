import { CreateTableCommand, DescribeTableCommand, DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient, TableDescription } from '@aws-sdk/client-dynamodb';
import { TableMissingError, TableShapeError } from './errors.js';
import { translateError } from './translate-error.js';

export interface TableFacts {
  readonly table: string;
  readonly status: string;
  /** As DynamoDB last counted them, about every six hours. */
  readonly items: number;
  /** Does DynamoDB delete by the attribute `ttl`? The embedded store never does; `unknown`: may not be asked. */
  readonly expires: boolean | 'unknown';
}

/** Says what the table is; throws `TableMissingError` or `TableShapeError` with the command that mends it. */
export async function describeTable(client: DynamoDBClient, table: string): Promise<TableFacts> {
  const description = await describe(client, table);
  checkShape(table, description);
  return { table, status: description.TableStatus ?? 'unknown', items: description.ItemCount ?? 0, expires: await expires(client, table) };
}

/** Makes the table where it is missing, for the embedded store; on AWS the dispatcher's stack owns it. */
export async function ensureTable(client: DynamoDBClient, table: string, pause: (ms: number) => Promise<void>): Promise<void> {
  for (;;) {
    try {
      const description = await describe(client, table);
      checkShape(table, description);
      if (description.TableStatus === 'ACTIVE') return;
      await pause(20);
    } catch (error) {
      if (!(error instanceof TableMissingError)) throw error;
      await create(client, table);
    }
  }
}

async function create(client: DynamoDBClient, table: string): Promise<void> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
  } catch (error) {
    // Somebody else was faster.
    if (!(error instanceof Error) || error.name !== 'ResourceInUseException') throw translateError(error, 'CreateTable', table);
  }
}

async function describe(client: DynamoDBClient, table: string): Promise<TableDescription> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: table }))).Table ?? {};
  } catch (error) {
    throw translateError(error, 'DescribeTable', table);
  }
}

function checkShape(table: string, { KeySchema: keys = [], AttributeDefinitions: attributes = [] }: TableDescription): void {
  const shape = keys.map(({ AttributeName: name, KeyType: kind }) => `${name} ${kind} ${attributes.find((attribute) => attribute.AttributeName === name)?.AttributeType}`);
  if (shape.join() !== 'pk HASH S,sk RANGE S') throw new TableShapeError(table, shape.length === 0 ? 'no keys' : `the keys ${shape.join(' and ')}`);
}

async function expires(client: DynamoDBClient, table: string): Promise<boolean | 'unknown'> {
  try {
    const { TimeToLiveDescription: ttl } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
    return ttl?.AttributeName === 'ttl' && ttl.TimeToLiveStatus === 'ENABLED';
  } catch (error) {
    if (error instanceof Error && error.name === 'AccessDeniedException') return 'unknown';
    throw translateError(error, 'DescribeTimeToLive', table);
  }
}
