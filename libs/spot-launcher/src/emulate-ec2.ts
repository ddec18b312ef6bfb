import { awsError, type AwsAnswer } from './aws-wire.js';
import type { Layer } from './fault-proxy.js';
import { USER_DATA_LIMIT_BYTES } from './user-data.js';

/** Honours client tokens as EC2 does and moto 5.2.1 does not: one token, one machine; other parameters are refused. */
export function honourClientTokens(): Layer {
  const launches = new Map<string, { readonly body: string; readonly answer: Promise<AwsAnswer> }>();
  return async (call, next) => {
    const token = call.params['ClientToken'];
    if (call.action !== 'RunInstances' || typeof token !== 'string') return next();
    const before = launches.get(token);
    if (before !== undefined && before.body !== call.body) return awsError(call, { status: 400, code: 'IdempotentParameterMismatch' });
    const launch = before ?? { body: call.body, answer: next() };
    launches.set(token, launch);
    const answer = await launch.answer;
    if (answer.status !== 200) launches.delete(token);
    return answer;
  };
}

/** Refuses what EC2 refuses and moto takes: more than 16 KiB of user data. */
export const limitUserData: Layer = async (call, next) => {
  const userData = call.params['UserData'];
  if (typeof userData === 'string' && Buffer.from(userData, 'base64').length > USER_DATA_LIMIT_BYTES) return awsError(call, { status: 400, code: 'InvalidUserData.Malformed' });
  return next();
};
