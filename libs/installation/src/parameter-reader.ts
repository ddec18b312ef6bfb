import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { AwsCall } from './aws-call.js';
import type { ReadParameter } from './secrets.js';

/** Reads the parameter store of the environment's region; the client is made at the first use, since most installations name no parameter. */
export function createParameterReader(client?: SSMClient): ReadParameter {
  let ssm = client;
  return async (name) => {
    ssm ??= new SSMClient({});
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
    return valueOf(name, Parameter);
  };
}

/** The same inside Lambda, where the SDK's client would be a fifth of the webhook's bundle. */
export function createLambdaParameterReader(call: AwsCall): ReadParameter {
  return async (name) => {
    const answer = await call({ service: 'ssm', target: 'AmazonSSM.GetParameter', version: '1.1', input: { Name: name, WithDecryption: true } });
    return valueOf(name, (answer as { Parameter?: { Value?: string } }).Parameter);
  };
}

function valueOf(name: string, parameter: { readonly Value?: string | undefined } | undefined): string {
  if (parameter?.Value === undefined) throw new Error(`the parameter ${name} has no value`);
  return parameter.Value;
}
