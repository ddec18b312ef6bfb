'use strict';

/**
 * What the template would make although it is there already and belongs to no resource of this stack: CloudFormation
 * adopts nothing, and would only say so half-way. The earlier Go Lambda, its log group and its table have these names.
 *
 * @param aws `{ stackResources(), hasFunction(name), hasLogGroup(name), tableKeys(name) }`
 */
async function findStrangers(template, aws) {
  const ours = await aws.stackResources();
  const strangers = [];
  for (const { Type, Properties = {} } of Object.values(template.Resources)) {
    if (Type === 'AWS::Lambda::Function') {
      const name = Properties.FunctionName;
      if (!ours.has(name) && (await aws.hasFunction(name))) strangers.push({ kind: 'function', name });
    } else if (Type === 'AWS::Logs::LogGroup') {
      const name = Properties.LogGroupName;
      if (!ours.has(name) && (await aws.hasLogGroup(name))) strangers.push({ kind: 'log group', name });
    } else if (Type === 'AWS::DynamoDB::Table') {
      const name = Properties.TableName;
      const keys = ours.has(name) ? undefined : await aws.tableKeys(name);
      if (keys !== undefined) strangers.push({ kind: 'table', name, keys, wanted: keysOf(Properties) });
    }
  }
  return strangers;
}

function keysOf({ KeySchema = [] }) {
  return KeySchema.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`).join(', ');
}

function refusal(strangers, stack) {
  const lines = strangers.map(({ kind, name, keys, wanted }) => {
    if (kind !== 'table') return `${kind} ${name}`;
    const why = keys === wanted ? 'it was kept by an earlier stack' : `it has the keys ${keys}, not ${wanted}`;
    return `table ${name}: ${why}. CloudFormation cannot adopt it: set DDB_TABLE=${name}-2`;
  });
  return `nothing was deployed: these exist already and are not of the stack ${stack}:
${lines.map((line) => `  ${line}`).join('\n')}

To take over from an earlier dispatcher:
  1. remove its webhook from Gitea. Never have both hooks, or every job gets two machines
  2. delete the functions and log groups above (aws lambda delete-function, aws logs delete-log-group):
     their names are unique in an account and region. Or deploy beside them: STAGE=next
  3. keep its table, and set DDB_TABLE to another name
  4. deploy, then make the new webhook
Jobs queued meanwhile are found by the first sweep (Gitea 1.25 or newer); let its machines end by themselves.`;
}

module.exports = { findStrangers, refusal, keysOf };
