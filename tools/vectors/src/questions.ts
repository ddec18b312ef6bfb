import type { GiteaVersion } from '@tinqs/workflow-parser';
import * as adapter from './adapter.js';
import { compareJobs, compareStored } from './compare-rows.js';
import { differing, same } from './same.js';
import type { Recorded, VectorFile } from './vector.js';

/** How the cases of one file are asked, and in which fields an answer differs from the recorded one. */
export interface Question {
  readonly ask: (input: Recorded, gitea: GiteaVersion, file: VectorFile) => Recorded;
  readonly compare: (expected: Recorded, answer: Recorded) => string[];
}

/** Up to a million bytes are kept short in a case: texts with how often each stands there. */
const textOf = (input: Recorded): string => input.workflow ?? input.workflowParts.map(([text, times]: [string, number]) => text.repeat(times)).join('');

/** Contexts hold what 1.25 has, and what a later version changes. */
function contextOf(name: string, gitea: GiteaVersion, file: VectorFile): Recorded {
  const { versions, ...common } = file.contexts?.[name] ?? {};
  return { ...common, github: { ...common.github, ...versions?.[gitea]?.github } };
}

/** A panic while a run is stored and an error there look alike from outside. */
const outcomeOf = (outcome: string) => (outcome === 'jobs-panic' ? 'jobs-error' : outcome);

const decisions: Question = {
  ask: (input, gitea) => adapter.decide(textOf(input), input.event, gitea),
  compare: (expected, answer) => [
    ...differing({ runs: expected.outcome === 'runs', matched: expected.matched }, answer, ['runs', 'matched']),
    ...(outcomeOf(answer.outcome) === outcomeOf(expected.outcome) ? [] : ['outcome']),
    ...(expected.jobs === undefined || answer.jobs === undefined || answer.jobs === expected.jobs ? [] : ['jobs']),
  ],
};

/** One pattern against many values; an invalid pattern has no answers. */
const pairs = (match: (pattern: string, value: string, gitea: GiteaVersion) => boolean | null): Question => ({
  ask: ({ pattern, values }, gitea) => {
    const answers = values.map((value: string) => match(pattern, value, gitea));
    return answers.includes(null) ? { valid: false } : { valid: true, matched: values.filter((_: string, index: number) => answers[index]) };
  },
  compare: (expected, answer) => (expected.valid && answer.valid ? differing(expected, answer, ['matched']) : differing(expected, answer, ['valid'])),
});

function compareTriggers(expected: Recorded, answer: Recorded): string[] {
  if (!expected.valid || !answer.valid) return !expected.valid === !answer.valid ? [] : ['valid'];
  if (expected.events.length !== answer.events.length) return ['length'];
  const whole = (event: Recorded) => ({ filters: {}, schedules: [], ...event });
  return expected.events.flatMap((event: Recorded, index: number) =>
    differing({ inputs: [], ...whole(event) }, whole(answer.events[index]), ['name', 'filters', 'schedules'], ['inputs']).map((key) => `${index}.${key}`),
  );
}

export const questions: Readonly<Record<string, Question>> = {
  'patterns.json': pairs(adapter.matchPattern),
  'type-patterns.json': pairs(adapter.matchType),
  'filters.json': {
    ask: ({ patterns, values }, gitea) => adapter.filterSkips(patterns, values, gitea) ?? { valid: false },
    compare: (expected, answer) => (expected.valid ? differing(expected, answer, ['skip', 'filter']) : answer.valid === false ? [] : ['valid']),
  },
  'push.json': decisions,
  'pull-request.json': decisions,
  'events.json': decisions,
  'yaml-edge.json': decisions,
  'triggers.json': { ask: (input, gitea) => adapter.triggers(textOf(input), gitea), compare: compareTriggers },
  'jobs.json': { ask: (input, gitea, file) => adapter.jobs(textOf(input), contextOf(input.context, gitea, file), gitea), compare: compareJobs },
  'stored.json': {
    ask: (input, gitea, file) => adapter.stored({ tree: input.tree, file: input.file, libraries: file.libraries ?? [] }, contextOf(input.context, gitea, file), gitea),
    compare: compareStored,
  },
  'detect.json': {
    ask: (input, gitea) => adapter.detect(input, gitea),
    compare: (expected, answer) =>
      differing(
        expected,
        answer,
        ['dir', 'files', 'matched', 'skipped'].filter((key) => expected[key] !== undefined),
        ['outcome'],
      ),
  },
  'changed-files.json': {
    ask: (input) => ({ files: adapter.changedFiles(input) }),
    compare: (expected, answer) => (same(expected.files === null ? null : [...expected.files].sort(), answer.files === null ? null : [...answer.files].sort()) ? [] : ['files']),
  },
  'cron.json': {
    ask: (input) => adapter.cron(input.spec, '2026-01-15T10:20:30Z'),
    compare: (expected, answer) => (expected.valid && answer.valid ? differing(expected, answer, ['next']) : !expected.valid === !answer.valid ? [] : ['valid']),
  },
};
