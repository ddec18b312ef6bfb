import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { ReadParameter } from './secrets.js';

/** Reads the parameter store of the environment's region; the client is made at the first use, since most installations name no parameter. */
export function createParameterReader(client?: SSMClient): ReadParameter {
  let ssm = client;
  return async (name) => {
    ssm ??= new SSMClient({});
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
    if (Parameter?.Value === undefined) throw new Error(`the parameter ${name} has no value`);
    return Parameter.Value;
  };
}
