const LONGEST = 300;

/**
 * What EC2 said itself, fit for a log line: one line, at most 300 characters, without the encoded blob that
 * `UnauthorizedOperation` carries, and nothing at all if it repeats what was sent as user data, which holds a credential.
 */
export function errorDetail(error: unknown, userData = ''): string {
  const message = error instanceof Error ? error.message : '';
  if (userData !== '' && message.includes(userData.slice(0, 24))) return '';
  const [said = ''] = message.split('Encoded authorization failure message');
  return said.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim().slice(0, LONGEST);
}
