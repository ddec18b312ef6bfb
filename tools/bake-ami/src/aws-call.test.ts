import { Ec2CallError } from '@tinqs/spot-launcher';
import { describe, expect, it } from 'vitest';
import { AwsCallError, named, remedyOf } from './aws-call.js';
import { sentenceOf } from './bake-failure.js';

const aws = (name: string, message = 'no', more: object = {}) => Object.assign(new Error(message), { name, ...more });

describe('a call that fails', () => {
  it('is named, with its code and what AWS said', async () => {
    const failing = named('CreateImage of i-1', Promise.reject(aws('UnauthorizedOperation', 'You are not authorized')));

    await expect(failing).rejects.toThrow(new AwsCallError('CreateImage of i-1', { cause: aws('UnauthorizedOperation', 'You are not authorized') }));
    expect(sentenceOf(await failing.catch((error: unknown) => error))).toBe('CreateImage of i-1 failed: UnauthorizedOperation: You are not authorized');
  });

  it('has the code of the system where no answer came, said once', () => {
    expect(sentenceOf(new AwsCallError('GetParameter of /a', { cause: aws('Error', 'connect ECONNREFUSED 127.0.0.1:9', { code: 'ECONNREFUSED' }) }))).toBe('GetParameter of /a failed: connect ECONNREFUSED 127.0.0.1:9');
  });
});

it.each<[string, unknown, RegExp]>([
  ['a right is missing', new AwsCallError('CreateImage', { cause: aws('UnauthorizedOperation') }), /^allow it to the caller \(tools\/bake-ami\/README\.md/],
  ['the parameter store says it so', new AwsCallError('GetParameter', { cause: aws('AccessDeniedException') }), /^allow it to the caller/],
  ["the launcher's own calls", new Ec2CallError('DescribeImages', { cause: aws('UnauthorizedOperation') }), /^allow it to the caller/],
  ['nobody has logged in', aws('CredentialsProviderError'), /^log in to AWS \(does "aws sts get-caller-identity" answer\?\)/],
  ['the login has ended', new AwsCallError('PutParameter', { cause: aws('ExpiredTokenException') }), /^log in to AWS/],
  ['nothing answers', new AwsCallError('PutParameter', { cause: aws('Error', 'no', { code: 'ENOTFOUND' }) }), /network is there and AWS_REGION is right/],
  ['too many calls', new Ec2CallError('DescribeInstances', { cause: aws('RequestLimitExceeded') }), /in some minutes/],
  ['anything else', aws('InvalidSubnetID.NotFound'), /^mend what AWS refuses/],
])('what to do is told by the code: %s', (_why, error, remedy) => {
  expect(remedyOf(error)).toMatch(remedy);
});
