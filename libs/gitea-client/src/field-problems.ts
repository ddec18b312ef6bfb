/** The part of a schema's issue that a sentence needs. */
export interface FieldIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const shown = 5;

/**
 * Says which fields are missing or wrong: path, what was expected, which type was found, never what it held.
 */
export function describeFieldProblems(issues: readonly FieldIssue[], input: unknown): { readonly paths: readonly string[]; readonly sentence: string } {
  const problems = issues.slice(0, shown).map(({ path, message }) => {
    const name = formatPath(path);
    return { name, sentence: `${name}: expected ${message}, found ${typeAt(input, path)}` };
  });
  const more = issues.length > shown ? `; and ${issues.length - shown} more` : '';
  return { paths: problems.map(({ name }) => name), sentence: problems.map(({ sentence }) => sentence).join('; ') + more };
}

/** `workflow_job.labels[2]`; every key is one of ours, so nothing that was sent is repeated. */
function formatPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'body';
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : (index === 0 ? '' : '.') + String(key))).join('');
}

function typeAt(input: unknown, path: readonly PropertyKey[]): string {
  let value = input;
  for (const key of path) value = typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  const names: Record<string, string> = { string: 'text', number: 'a number', boolean: 'true or false', object: 'an object' };
  return value === '' ? 'empty text' : (names[typeof value] ?? typeof value);
}
