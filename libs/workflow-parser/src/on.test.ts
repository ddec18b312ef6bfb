import { describe, expect, it } from 'vitest';
import type { GiteaVersion } from './gitea-version.js';
import { parseTriggers } from './parse-workflow.js';

const jobs = '\njobs:\n  build:\n    runs-on: go\n';

/** Events as `name{filter: values}`, `name@schedules`. */
function events(on: string, gitea: GiteaVersion = '1.27'): string {
  const result = parseTriggers(`${on}${jobs}`, { gitea });
  if (result.kind !== 'triggers') return result.kind;
  return result.triggers.map(({ name, filters, schedules, inputs }) => name + (filters ? `{${filters.map(({ key, values }) => `${key}: ${values.map(({ value }) => `<${value}>`).join('')}`).join('; ')}}` : '') + (schedules ? `@${schedules.length}` : '') + (inputs ? `(${inputs.map((input) => `${input.name}=${input.default}`).join()})` : '')).join(' ');
}

describe('parseTriggers', () => {
  it.each<[string, string, string]>([
    ['on: push', 'push', 'a text'],
    ['on: [push, push]', 'push push', 'an event twice is two events'],
    ['on: {push: , issues: ~}', 'push issues', 'a map without values'],
    ['on: Push', 'Push', 'names are not checked'],
    ['on: []', '', 'nothing is valid and never matches'],
    ['on: 1', '1', 'a number is taken as a text'],
    ['on: [push, 1]', 'ignored', 'but not in a list'],
    ['on: [push, ~]', 'ignored', 'nor is null'],
    ['name: x', 'ignored', '"on" is missing'],
    ['true: push', 'ignored', '"true" is no "on"'],
    ['on: {push: main}', 'push', 'a text below an event is no filter'],
    ['on: {push: [main]}', 'push@1', 'a list below an event makes it a schedule'],
    ['on: {push: []}', 'push', 'unless it is empty'],
    ['on: {push: {branches: a, tags: [b, 1, ~]}}', 'push{branches: <a>; tags: <b><1>}', 'a text is a list of one, null entries are dropped'],
    ['on: {push: {branches: ~}}', 'push{branches: <>}', 'null is a list of an empty text'],
    ['on: {push: {branches: []}}', 'push{branches: }', 'an empty list stays a key'],
    ['on: {push: {branches: "a, b"}}', 'push{branches: <a, b>}', 'a text is never split'],
    ['on: {push: {branches: [a], branches: [b]}}', 'push{branches: <b>}', 'the last of two counts'],
    ['on: {push: {foo: {}}}', 'ignored', 'a map below a filter'],
    ['on: {push: {<<: {branches: [a]}}}', 'ignored', 'a merge is such a map'],
    ['x: &a [push]\non: *a', 'ignored', 'an alias as a value'],
    ['x: &a push\non: [*a]', 'push', 'but not in a list'],
    ['on: {schedule: [{cron: "0 4 * * *"}]}', 'schedule@1', 'a schedule'],
    ['on: {schedule: [{cron: 4}]}', 'ignored', 'whose values must be texts'],
    ['on: {workflow_dispatch: {inputs: {a: {default: 1, required: true}}}}', 'workflow_dispatch(a=1)', 'inputs'],
    ['on: {workflow_dispatch: {inputs: {a: x}}}', 'ignored', 'an input must be a map'],
    ['on: {workflow_dispatch: {inputs: {a: {required: maybe}}}}', 'ignored', 'with a boolean'],
    ['on: {push: , push: }\nname: [x]', 'ignored', 'a wrong type anywhere'],
  ])('%j is %j: %s', (on, expected, _reason) => {
    expect(events(on)).toBe(expected);
  });

  it.each<[string, GiteaVersion, string, string]>([
    ['on: {push: , workflow_call: {inputs: {a: {type: string}}}}', '1.25', 'ignored', 'its maps make all of "on" invalid'],
    ['on: {push: , workflow_call: {inputs: {a: {type: string}}}}', '1.26', 'push', 'since 1.26 it is no trigger'],
    ['on: workflow_call', '1.25', 'workflow_call', ''],
    ['on: workflow_call', '1.27', '', ''],
  ])('%j on %s is %j %s', (on, gitea, expected, _reason) => {
    expect(events(on, gitea)).toBe(expected);
  });

  it.each<[string, GiteaVersion, string, string]>([
    ['jobs: {a: }', '1.25', 'triggers', 'up to 1.25 jobs are looked at after the triggers matched'],
    ['jobs: {a: }', '1.26', 'ignored', 'since 1.26 before'],
    ['jobs: {a: {name: "${{ cancelled() }}", strategy: {matrix: {n: [1]}}}}', '1.25', 'triggers', ''],
    ['jobs: {a: {name: "${{ cancelled() }}", strategy: {matrix: {n: [1]}}}}', '1.27', 'panic', 'and a panic there loses every event of the repository'],
    ['jobs: {a: {steps: [{continue-on-error: "${{ x }}"}]}}', '1.25', 'triggers', 'a type that only the job parser wants'],
    ['jobs: {a: {steps: [{continue-on-error: "${{ x }}"}]}}', '1.27', 'ignored', ''],
    ['jobs: {a: {strategy: {matrix: {include: "${{ x }}"}}}}', '1.26', 'triggers', ''],
    ['jobs: {a: {strategy: {matrix: {include: "${{ x }}"}}}}', '1.27', 'panic', '1.27.0 wants a list there'],
  ])('push with %s on %s is %s %s', (text, gitea, expected, _reason) => {
    expect(parseTriggers(`on: push\n${text}\n`, { gitea }).kind).toBe(expected);
  });

  it('says where each event and each filter value stands', () => {
    const result = parseTriggers(`on:\n  push:\n    branches:\n      - main\n      - 'v*'\n    paths: src/**${jobs}`);

    const [push] = result.kind === 'triggers' ? result.triggers : [];
    expect(push).toMatchObject({ line: 2, column: 3 });
    expect(push?.filters).toEqual([
      { key: 'branches', line: 3, column: 5, values: [{ value: 'main', line: 4, column: 9 }, { value: 'v*', line: 5, column: 9 }] },
      { key: 'paths', line: 6, column: 5, values: [{ value: 'src/**', line: 6, column: 12 }] },
    ]);
  });
});
