'use strict';
const { createRequire } = require('node:module');
const { DescribeTableCommand, DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const { keysOf } = require('./deploy-guard.cjs');

// osls's own clients, with the credentials, profile and region it deploys with.
const ofFramework = createRequire(require.resolve('serverless/package.json'));

/** What the deploy guard asks of AWS. */
module.exports = function awsNames(config, stack) {
  const { CloudFormationClient, paginateListStackResources } = ofFramework('@aws-sdk/client-cloudformation');
  const { GetFunctionCommand, LambdaClient } = ofFramework('@aws-sdk/client-lambda');
  const { CloudWatchLogsClient, DescribeLogGroupsCommand } = ofFramework('@aws-sdk/client-cloudwatch-logs');
  const lambda = new LambdaClient(config);
  const logs = new CloudWatchLogsClient(config);
  const table = new DynamoDBClient(config);
  return {
    async stackResources() {
      const ids = new Set();
      const pages = paginateListStackResources({ client: new CloudFormationClient(config) }, { StackName: stack });
      await unlessMissing(async () => {
        for await (const page of pages) for (const { PhysicalResourceId } of page.StackResourceSummaries ?? []) ids.add(PhysicalResourceId);
      });
      return ids;
    },
    hasFunction: async (FunctionName) => (await unlessMissing(() => lambda.send(new GetFunctionCommand({ FunctionName })))) !== undefined,
    async hasLogGroup(name) {
      const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
      return logGroups.some(({ logGroupName }) => logGroupName === name);
    },
    async tableKeys(TableName) {
      const answer = await unlessMissing(() => table.send(new DescribeTableCommand({ TableName })));
      return answer && keysOf(answer.Table);
    },
  };
};

async function unlessMissing(call) {
  try {
    return await call();
  } catch (error) {
    const missing = error.name === 'ResourceNotFoundException' || (error.name === 'ValidationError' && /does not exist/.test(error.message));
    if (!missing) throw error;
    return undefined;
  }
}
