import { describe, expect, it } from 'vitest';
import { lintWorkflows } from './lint-workflows.js';

const path = '.gitea/workflows/ci.yml';
const jobs = '\njobs: {build: {runs-on: go}}\n';
const codes = (on: string, gitea = '1.27', rest = jobs) => lintWorkflows([{ path, text: `on: ${on}${rest}` }], { gitea }).map(({ code, line, column }) => `${code} ${line}:${column}`);

type Row = [on: string, found: readonly string[], why: string, gitea?: string];
const judge = (on: string, found: readonly string[], _: string, gitea?: string) => expect(codes(on, gitea)).toEqual(found);

describe('lint: filters', () => {
  it.each<Row>([
    ['{push: {branches: [main]}}', [], 'an ordinary filter'],
    ['{push: {types: [x]}}', ['filter-unknown 1:13'], 'types belong to activities'],
    ['{pull_request: {tags: [v1]}}', ['filter-unknown 1:21'], 'a pull request has no tag'],
    ['{pull_request_label: {types: [labeled], paths: [a.go]}}', [], 'a name of Gitea itself takes the filters of its family'],
    ['{workflow_dispatch: {inputs: {a: {type: string}}}}', [], 'inputs are no filter'],
    ['{create: {branches: [main]}}', ['filters-ignored 1:15'], 'create looks at no filter'],
    ['{create: }', [], 'create without filters'],
  ])('%s', judge);

  it.each<Row>([
    ['{push: {branches: ["[a"]}}', ['pattern-invalid 1:24'], 'an open class'],
    ['{push: {branches: ["[!a]"]}}', ['pattern-invalid 1:24'], 'no negation up to 1.26', '1.26'],
    ['{push: {branches: ["[!a]"]}}', [], 'negation since 1.27'],
    ['{push: {branches: ["a++"]}}', ['pattern-invalid 1:24'], 'stacked quantifiers'],
    ['{push: {branches: ["a[+]+"]}}', ['pattern-invalid 1:24'], 'a sign is not allowed in a class up to 1.26', '1.26'],
  ])('invalid patterns: %s (%j)', judge);

  it.each<Row>([
    ['{push: {branches: ["!dev"]}}', ['filter-dead 1:13'], 'only "!" entries'],
    ['{push: {branches: ["**", "!dev"]}}', [], 'something to take from'],
    ['{push: {branches: ["**", "!**"]}}', ['filter-dead 1:13'], 'the last takes out all'],
    ['{push: {branches: ["!**", main]}}', [], 'the last includes'],
    ['{push: {paths: ["src/**", "*.md", "!src/**", "!*.md"]}}', ['filter-dead 1:13'], 'each is taken out again'],
    ['{push: {paths: ["!src/**", "src/**"]}}', [], 'it is included after all'],
    ['{push: {paths-ignore: ["**"]}}', ['filter-dead 1:13'], 'ignores everything'],
    ['{push: {paths-ignore: ["**.md"]}}', [], 'ignores some'],
    ['{push: {branches: [a], branches-ignore: [b], tags: [v1]}}', ['filters-conflict 1:13'], 'a tag fails two filters of branches'],
    ['{push: {branches: [a], branches-ignore: [b]}}', [], 'without tags both are asked'],
    ['{push: {tags: [a], tags-ignore: [b], branches: [v1]}}', ['filters-conflict 1:13'], 'a branch fails two filters of tags'],
  ])('filters nothing passes: %s', judge);

  it.each<Row>([
    ['{push: {branches: }}', ['pattern-dead 1:23'], 'null is an empty name'],
    ['{push: {branches-ignore: }}', [], 'null ignores nothing'],
    ['{push: {branches: [refs/heads/main]}}', ['pattern-dead 1:24'], 'names are short'],
    ['{push: {branches: [refs-heads]}}', [], 'a name like any'],
    ['{push: {tags: [refs/tags/v1]}}', ['pattern-dead 1:20'], 'of tags too'],
    ['{push: {branches: "main, dev"}}', ['pattern-dead 1:23'], 'a text is not split'],
    ['{push: {branches: ["main,dev"]}}', [], 'a comma may stand in a name'],
    ['{push: {branches: "main\\ndev"}}', ['pattern-dead 1:23'], 'a line end'],
    ['{push: {paths: [/docs/**]}}', ['pattern-dead 1:21'], 'a slash in front'],
    ['{push: {paths: [./docs/**]}}', ['pattern-dead 1:21'], 'a dot in front'],
    ['{push: {paths: [.github/**]}}', [], 'a hidden folder'],
    ['{push: {paths: [docs/]}}', ['pattern-dead 1:21'], 'a folder'],
    ['{push: {branches: [/main]}}', ['pattern-dead 1:24'], 'a slash in front of a branch'],
  ])('entries that match nothing: %s', judge);

  it('looks for the workflows that workflow_run names', () => {
    const files = [
      { path: '.gitea/workflows/a.yml', text: `name: Build # all\non: push${jobs}` },
      { path: '.gitea/workflows/b.yml', text: `on: push${jobs}` },
    ];
    const of = (name: string) => lintWorkflows([...files, { path: '.gitea/workflows/c.yml', text: `on: {workflow_run: {workflows: [${name}]}}${jobs}` }]).map(({ code }) => code);

    expect(of('Build'), 'its name').toEqual([]);
    expect(of('b.yml'), 'its file, which has no name').toEqual([]);
    expect(of('"*.yml"'), 'a pattern').toEqual([]);
    expect(of('a.yml'), 'a file that has a name').toEqual(['workflow-unknown']);
  });
});

describe('lint: events', () => {
  it.each<Row>([
    ['[push, push]', ['event-twice 1:12'], 'two runs'],
    ['[push, pull_request]', [], 'two events'],
    ['pushed', ['unknown-event 1:5'], 'no such event'],
    ['{push: [main]}', ['event-is-schedule 1:6'], 'a list makes a schedule of it'],
    ['{push: main}', ['event-value-ignored 1:12'], 'a text is not looked at'],
    ['{workflow_run: {workflows: [ci.yml]}}', [], '1.25 knows it', '1.25'],
    ['{workflow_run: {workflows: [ci.yml]}}', ['event-too-new 1:6'], '1.24 does not', '1.24'],
    ['{schedule: [{cron: "0 5 * * 1"}]}', [], 'a schedule'],
    ['{schedule: [{cron: "0 25 * * 1"}]}', ['schedule-invalid 1:17'], 'an hour that is none'],
  ])('%s', judge);
});

describe('lint: types', () => {
  it.each<Row>([
    ['{pull_request: {types: [opened, closed, synchronize]}}', [], 'activities that happen'],
    ['{pull_request: {types: [ready_for_review]}}', ['type-unknown 1:29'], 'Gitea has no drafts of that kind'],
    ['{release: {types: [published, created]}}', ['type-unknown 1:35'], 'a release is published, edited or deleted'],
    ['{issues: {types: ["*ed"]}}', [], 'a pattern'],
    ['{issues: {types: [deleted]}}', ['type-unknown 1:23'], 'Gitea tells nobody of deleted issues'],
    ['{issues: {types: []}}', ['types-empty 1:15'], 'lets nothing through'],
    ['{issues: {types: ["["]}}', ['types-panic 1:23'], 'loses the event'],
    ['{issues: {types: ["{opened"]}}', ['types-panic 1:23'], 'an open brace since 1.27'],
    ['{issues: {types: ["{opened"]}}', [], 'which matched before', '1.26'],
    ['pull_request_label', ['types-missing 1:5'], 'the default types leave it out'],
    ['{pull_request_label: {types: [labeled]}}', [], 'with types it works'],
    ['pull_request_sync', [], 'the default types hold synchronize'],
    ['{pull_request_review: {types: [submitted]}}', [], 'a review'],
  ])('%s', judge);
});

describe('lint: patterns that are read otherwise than they look', () => {
  it.each<Row>([
    ['{push: {tags: ["v1.?"]}}', ['pattern-misread 1:20'], 'a dot that is optional'],
    ['{push: {paths: ["*.jsx?"]}}', [], 'an optional letter, as it looks'],
    ['{push: {tags: ["v[0-9]+"]}}', [], 'repeats a class, as it looks'],
    ['{push: {paths: ["c+/*.c"]}}', ['pattern-misread 1:21'], 'a plus sign that is none'],
    ['{push: {paths: ["c\\\\+/*.c"]}}', [], 'an escaped one'],
    ['{push: {branches: ["{main,dev}"]}}', ['pattern-misread 1:24', 'pattern-changes 1:24'], 'braces are plain up to 1.26', '1.26'],
    ['{push: {branches: ["[^a]x"]}}', ['pattern-misread 1:24', 'pattern-changes 1:24'], 'no negation up to 1.26', '1.26'],
    ['{push: {tags: ["v\\\\d"]}}', ['pattern-misread 1:20', 'pattern-changes 1:20'], 'a plain d up to 1.26', '1.26'],
    ['{push: {paths: [src]}}', ['pattern-misread 1:21'], 'a folder that is a file'],
    ['{push: {paths: [Makefile, go.mod, src/main.go]}}', [], 'files'],
    ['{push: {branches: ["*"]}}', ['pattern-misread 1:24'], 'stops at a slash'],
    ['{push: {tags: ["*"]}}', [], 'tags seldom have one'],
    ['{push: {branches: ["**"]}}', [], 'everything'],
    ['{push: {paths-ignore: ["docs/**", "!docs/a.md"]}}', ['pattern-misread 1:39'], 'ignores all but that'],
    ['{push: {branches: []}}', ['filter-empty 1:13'], 'passes every branch'],
    ['{push: {paths: []}}', [], 'is no condition'],
  ])('%s', judge);

  it.each<Row>([
    ['{push: {paths: ["**/README.md"]}}', ['pattern-changes 1:21'], 'anywhere since 1.27'],
    ['{push: {paths: ["**/README.md"]}}', ['pattern-changes 1:21'], 'said before the update too', '1.26'],
    ['{push: {paths: ["**/*.md"]}}', [], 'the same in both'],
    ['{push: {paths: ["docs/**", "a/**/*.go"]}}', [], 'the same in both'],
    ['{push: {paths: ["a/**/b"]}}', ['pattern-changes 1:21'], 'a/xb since 1.27'],
    ['{push: {paths: ["**", "!**/docs"]}}', ['pattern-changes 1:27'], 'the top folder is not taken out any more'],
    ['{push: {branches: ["?ain"]}}', ['pattern-changes 1:24'], 'a sign up to 1.26, no start since'],
    ['{push: {branches: ["?+"]}}', ['pattern-changes 1:24'], 'no valid pattern since', '1.26'],
  ])('patterns that change: %s', judge);

  it('shows a name on which the two versions differ', () => {
    const [found] = lintWorkflows([{ path, text: `on: {push: {paths: ["**/README.md"]}}${jobs}` }]);

    expect(found?.message).toBe('paths "**/README.md" means something else since Gitea 1.27: there it matches "xREADME.md", and up to 1.26 it does not');
    expect(found?.remedy).toContain('"README.md" and "**/*/README.md"');
  });
});
