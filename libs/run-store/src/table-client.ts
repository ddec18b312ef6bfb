import { ConditionalCheckFailedException, DeleteItemCommand, GetItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { Item } from './attribute-value.js';
import type { ItemKey } from './item-key.js';
import { translateError } from './translate-error.js';

export interface Condition {
  readonly condition: string;
  readonly names?: { readonly [alias: string]: string };
  readonly values?: Item;
}

export interface Change extends Partial<Condition> {
  readonly update: string;
  readonly names: { readonly [alias: string]: string };
}

export interface RangeQuery {
  readonly pk: string;
  readonly prefix?: string;
  /** Both ends belong to it. */
  readonly between?: readonly [string, string];
  readonly newestFirst?: boolean;
  readonly limit?: number;
}

/** `refused`: the condition did not hold; `found` is the item as it was then, or read consistently just after. */
export type Guarded = { readonly kind: 'written' } | { readonly kind: 'refused'; readonly found: Item | undefined };

/** The five calls on one table. Reads are strongly consistent, pages are followed, failures are typed. */
export interface TableClient {
  get(key: ItemKey): Promise<Item | undefined>;
  put(item: Item, guard?: Condition): Promise<Guarded>;
  update(key: ItemKey, change: Change): Promise<Guarded>;
  remove(key: ItemKey, guard?: Condition): Promise<Guarded>;
  query(range: RangeQuery): Promise<readonly Item[]>;
}

export function createTableClient(client: DynamoDBClient, table: string): TableClient {
  const send = async <Output>(operation: string, call: () => Promise<Output>): Promise<Output> => {
    try {
      return await call();
    } catch (error) {
      throw translateError(error, operation, table);
    }
  };

  const get = async (key: ItemKey): Promise<Item | undefined> => {
    const answer = await send('GetItem', () => client.send(new GetItemCommand({ TableName: table, Key: keyAttributes(key), ConsistentRead: true })));
    return answer.Item;
  };

  const guarded = async (operation: string, key: ItemKey, call: () => Promise<unknown>): Promise<Guarded> => {
    try {
      await send(operation, call);
      return { kind: 'written' };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // The embedded store does not answer with the item, DynamoDB does.
      return { kind: 'refused', found: error.Item ?? (await get(key)) };
    }
  };

  return {
    get,
    put: (item, guard) => guarded('PutItem', keyOf(item), () => client.send(new PutItemCommand({ TableName: table, Item: item, ...conditionInput(guard) }))),
    update: (key, change) => guarded('UpdateItem', key, () => client.send(new UpdateItemCommand({ TableName: table, Key: keyAttributes(key), UpdateExpression: change.update, ...conditionInput(change) }))),
    remove: (key, guard) => guarded('DeleteItem', key, () => client.send(new DeleteItemCommand({ TableName: table, Key: keyAttributes(key), ...conditionInput(guard) }))),

    async query({ pk, prefix, between, newestFirst = false, limit }) {
      const items: Item[] = [];
      if (limit !== undefined && limit < 1) return items;
      let start: Item | undefined;
      do {
        const from = start;
        const page = await send('Query', () =>
          client.send(
            new QueryCommand({
              TableName: table,
              ConsistentRead: true,
              ScanIndexForward: !newestFirst,
              KeyConditionExpression: `pk = :pk${prefix === undefined ? '' : ' AND begins_with(sk, :prefix)'}${between === undefined ? '' : ' AND sk BETWEEN :low AND :high'}`,
              ExpressionAttributeValues: {
                ':pk': { S: pk },
                ...(prefix === undefined ? {} : { ':prefix': { S: prefix } }),
                ...(between === undefined ? {} : { ':low': { S: between[0] }, ':high': { S: between[1] } }),
              },
              ...(limit === undefined ? {} : { Limit: limit - items.length }),
              ...(from === undefined ? {} : { ExclusiveStartKey: from }),
            }),
          ),
        );
        items.push(...(page.Items ?? []));
        start = page.LastEvaluatedKey;
      } while (start !== undefined && (limit === undefined || items.length < limit));
      return items;
    },
  };
}

function keyAttributes(key: ItemKey): Item {
  return { pk: { S: key.pk }, sk: { S: key.sk } };
}

function keyOf(item: Item): ItemKey {
  return { pk: item['pk']?.S ?? '', sk: item['sk']?.S ?? '' };
}

type ConditionInput = Pick<UpdateItemCommandInput, 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues' | 'ReturnValuesOnConditionCheckFailure'>;

function conditionInput(guard: Partial<Condition> | undefined): ConditionInput {
  return {
    ...(guard?.condition === undefined ? {} : { ConditionExpression: guard.condition, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }),
    ...(guard?.names === undefined ? {} : { ExpressionAttributeNames: { ...guard.names } }),
    ...(guard?.values === undefined ? {} : { ExpressionAttributeValues: guard.values }),
  };
}
