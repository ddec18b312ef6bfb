import type { GiteaVersion } from '@tinqs/workflow-parser';
import type { Question } from './questions.js';
import { questions } from './questions.js';
import type { Recorded, VectorCase, VectorFile } from './vector.js';
import { giteaVersions } from './vector.js';

/** One answer that is not the recorded one. */
export interface Difference {
  readonly id: string;
  readonly gitea: GiteaVersion;
  /** The fields that differ, or `threw`. */
  readonly fields: readonly string[];
  readonly input: Recorded;
  readonly expected: Recorded;
  readonly answer: Recorded;
}

export interface FileReport {
  readonly file: string;
  /** A case on which all versions agree counts once, another once per version it was recorded for. */
  readonly agree: number;
  readonly total: number;
  readonly differences: readonly Difference[];
}

/** Judges one file of recorded decisions. `undefined`: nothing here knows what such a file asks. */
export function judgeFile(name: string, file: VectorFile, versions: readonly GiteaVersion[] = giteaVersions): FileReport | undefined {
  const question = Object.hasOwn(questions, name) ? questions[name] : undefined;
  if (!question) return undefined;
  let total = 0;
  const differences: Difference[] = [];
  for (const one of file.cases) {
    const asked = versions.filter((gitea) => expectationOf(one, gitea) !== undefined);
    const wrong = asked.flatMap((gitea) => judgeCase(one, gitea, question, file) ?? []);
    const once = one.expect.all !== undefined;
    total += once ? Math.min(1, asked.length) : asked.length;
    differences.push(...(once ? wrong.slice(0, 1) : wrong));
  }
  return { file: name, agree: total - differences.length, total, differences };
}

const expectationOf = ({ expect }: VectorCase, gitea: GiteaVersion): Recorded => expect.all ?? expect[gitea];

function judgeCase(one: VectorCase, gitea: GiteaVersion, { ask, compare }: Question, file: VectorFile): Difference | undefined {
  const expected = expectationOf(one, gitea);
  let answer: Recorded;
  let fields: readonly string[];
  try {
    answer = ask(one.input, gitea, file);
    fields = compare(expected, answer);
  } catch (error) {
    answer = { threw: error instanceof Error ? error.message : String(error) };
    fields = ['threw'];
  }
  return fields.length > 0 ? { id: one.id, gitea, fields, input: one.input, expected, answer } : undefined;
}
