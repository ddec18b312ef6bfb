import type { GiteaVersion } from '@tinqs/workflow-parser';
import { describe, expect, it } from 'vitest';
import { detectTriggers } from './detect-triggers.js';
import type { TriggerEvent } from './trigger-event.js';
import { pushEvent } from './trigger-event.js';

const jobs = '\njobs: {build: {runs-on: go, steps: [{run: make}]}}\n';
const judge = (on: string, event: TriggerEvent, gitea: GiteaVersion = '1.27') => detectTriggers({ path: '.gitea/workflows/ci.yml', text: `on: ${on}${jobs}` }, event, { gitea, oneLine: () => false });
const matched = (on: string, event: TriggerEvent, gitea?: GiteaVersion) => judge(on, event, gitea).flatMap((found) => (found.kind === 'matched' ? [found.trigger.name] : []));
const reason = (on: string, event: TriggerEvent, gitea?: GiteaVersion) => judge(on, event, gitea).map((found) => [found.finding().code, found.finding().sentence])[0];

const push = (ref: string, changedFiles: readonly string[] | null = ['src/a.go']) => pushEvent({ ref, before: 'b'.repeat(40), after: 'a'.repeat(40), changedFiles, message: '' });
const [main, dev, tag] = [push('refs/heads/main'), push('refs/heads/dev'), push('refs/tags/v1')];
const docs = push('refs/heads/main', ['docs/a.md']);

type PushRow = readonly [filters: string, event: TriggerEvent, matches: boolean, reason: string];
const pushes: readonly PushRow[] = [
  ['{}', tag, true, 'no filter takes every branch and tag'],
  ['{branches: [main]}', tag, false, 'only branches set: no tag'],
  ['{tags: [v*]}', main, false, 'only tags set: no branch'],
  ['{branches: [main], tags: [v*]}', main, true, 'of branches and tags one is enough'],
  ['{branches: [main], tags: [v*]}', tag, true, 'of branches and tags one is enough'],
  ['{branches: [main], tags: [v*]}', dev, false, 'but one must pass'],
  ['{paths: [src/**]}', tag, true, 'tags pass path conditions unseen'],
  ['{branches: [main], paths: [src/**]}', docs, false, 'branch and files must both pass'],
  ['{branches: [main], paths: [src/**]}', tag, false, 'branches keeps the tag out'],
  ['{branches: ["**"], branches-ignore: [dev]}', dev, false, 'both forms must pass'],
  ['{branches: ["**"], branches-ignore: [dev]}', main, true, 'both forms pass'],
  ['{branches: ["**"], branches-ignore: [dev], tags: [v*]}', main, true, 'the tags filter is forgiven'],
  ['{branches: ["**"], branches-ignore: [dev], tags: [v*]}', tag, false, 'two branch filters are not'],
  ['{branches: [main], tags: [v*], tags-ignore: [x]}', main, false, 'nor two tag filters'],
  ['{paths: [src/**]}', push('refs/heads/main', []), false, 'no files: paths fails'],
  ['{paths-ignore: [docs/**]}', push('refs/heads/main', []), false, 'no files: paths-ignore fails too'],
  ['{paths-ignore: [docs/**]}', push('refs/heads/main', null), false, 'files unknown: fails'],
  ['{branches: [a++]}', push('refs/heads/a'), false, 'an invalid pattern fails its list'],
  ['{branches-ignore: [a++]}', main, false, 'an invalid pattern fails an ignore list as well'],
  ['{branches: [main], foo: [x]}', main, false, 'an unknown filter never passes'],
  ['{types: [opened]}', main, false, 'push has no types'],
  ['{paths: [src/**], paths-ignore: [src/gen/**]}', main, true, 'include and ignore are judged each for itself'],
  ['{branches: []}', main, true, 'an empty list passes every branch'],
  ['{branches: []}', tag, false, 'and is a branch filter all the same'],
];

describe('detectTriggers, push', () => {
  it.each(pushes)('on push %s: %j matches: %j (%s)', (filters, event, matches) => {
    for (const gitea of ['1.25', '1.26', '1.27'] as const) expect(matched(`{push: ${filters}}`, event, gitea)).toEqual(matches ? ['push'] : []);
  });

  it.each([
    ['{push: {paths: [docs/**]}}', push('refs/heads/main', ['a', 'b']), 'path', 'paths "docs/**" matched none of 2 files'],
    ['{push: {paths: [docs/**]}}', main, 'path', 'paths "docs/**" did not match the one changed file src/a.go'],
    ['{push: {paths: [src/**, "!src/*.go"]}}', main, 'path', 'paths "src/**", "!src/*.go" does not include the one changed file: "!src/*.go" takes src/a.go out again'],
    ['{push: {paths: ["!docs/**"]}}', main, 'path', 'paths "!docs/**" did not match the one changed file src/a.go; a list of nothing but "!" entries includes no file at all, put "**" first'],
    ['{push: {paths-ignore: [src/**]}}', push('refs/heads/main', ['src/a', 'src/b']), 'path', 'paths-ignore "src/**" ignores all 2 files'],
    ['{push: {paths-ignore: ["!docs/**"]}}', main, 'path', 'paths-ignore "!docs/**" ignores the one changed file src/a.go; "!docs/**" ignores every file that it does not name, src/a.go among them'],
    ['{push: {branches: [main, "release/**"]}}', dev, 'branch', 'branches "main", "release/**" did not match dev'],
    ['{push: {branches: ["**", "!dev"]}}', dev, 'branch', 'branches "!dev" takes dev out'],
    ['{push: {branches-ignore: [d*]}}', dev, 'branch', 'branches-ignore "d*" ignores dev'],
    ['{push: {branches: [main]}}', tag, 'other-ref', 'branches lets only branches through, and this is the tag v1'],
    ['{push: {branches: [main], tags: [v*]}}', dev, 'branch', 'branches "main" did not match dev'],
    ['{push: {branches: [a], branches-ignore: [b], tags: [v*]}}', tag, 'filters-conflict', 'branches and branches-ignore are both about the other kind of ref, and beside branches and tags Gitea forgives only one: no push of this kind ever matches'],
    ['{push: {branches: ["[", main]}}', main, 'pattern-invalid', 'branches "[" is no valid pattern, so the whole branches condition fails, whatever happens'],
    ['{push: {branches: [a, b, c, d, e]}}', dev, 'branch', 'branches "a", "b", "c" and 2 more did not match dev'],
    ['{push: [main]}', main, 'only-schedule', 'push holds a list where a map belongs, and Gitea takes any event with a list for a schedule: it never fires'],
    ['[release, issues]', main, 'other-event', 'it listens to release and issues, not to push'],
    ['{}', main, 'no-events', 'on names no event'],
    ['push', main, 'no-filters', 'push has no filters'],
    ['{push: {branches: [m*], paths: [docs/**, src/**]}}', main, 'filters-match', 'paths "src/**" matched src/a.go'],
    ['{push: {paths-ignore: [docs/**]}}', main, 'filters-match', 'paths-ignore "docs/**" leaves src/a.go'],
  ])('says why of on: %s', (on, event, code, sentence) => {
    expect(reason(on, event)).toEqual([code, sentence]);
  });

  it('points to the line of the filter that decided', () => {
    const text = `on:\n  push:\n    branches: [main]\n    paths:\n      - docs/**${jobs}`;

    const [found] = detectTriggers({ path: 'ci.yml', text }, main, { gitea: '1.27', oneLine: () => true });

    expect(found?.finding()).toMatchObject({ line: 4, column: 5, code: 'path' });
  });

  it('answers once for each entry that matches', () => {
    expect(matched('[push, push]', main)).toEqual(['push', 'push']);
    expect(matched('[issue_comment, pull_request_comment]', { type: 'pull_request_comment', action: 'created' })).toEqual(['issue_comment', 'pull_request_comment']);
  });
});

type EventRow = readonly [on: string, event: TriggerEvent, matches: boolean, reason: string];
const events: readonly EventRow[] = [
  ['pull_request', { type: 'pull_request', action: 'opened' }, true, 'a default type'],
  ['pull_request', { type: 'pull_request_sync', action: 'synchronized' }, true, 'a default type, from an event of its own'],
  ['pull_request', { type: 'pull_request', action: 'closed' }, false, 'no default type'],
  ['{pull_request: {types: [closed]}}', { type: 'pull_request', action: 'closed' }, true, 'asked for'],
  ['{pull_request: {types: [synchronized]}}', { type: 'pull_request_sync', action: 'synchronized' }, false, 'types use GitHub\'s words'],
  ['{pull_request: {types: [labeled]}}', { type: 'pull_request_label', action: 'label_updated' }, true, 'GitHub\'s word'],
  ['{pull_request: {types: []}}', { type: 'pull_request', action: 'opened' }, false, 'an empty list of types lets nothing through'],
  ['{pull_request: {branches: [main]}}', { type: 'pull_request', action: 'opened', baseRef: 'refs/heads/main' }, true, 'the base branch, by its short name'],
  ['{pull_request: {tags: [main]}}', { type: 'pull_request', action: 'opened', baseRef: 'main' }, false, 'an unknown filter'],
  ['{pull_request_target: {paths: [src/**]}}', { type: 'pull_request', action: 'opened', changedFiles: ['src/a'], headMissing: true }, false, 'the head commit is missing'],
  ['{pull_request_target: {branches: [main]}}', { type: 'pull_request', action: 'opened', baseRef: 'main', headMissing: true }, true, 'and is not needed without paths'],
  ['{pull_request_review: {types: [submitted]}}', { type: 'pull_request_review_approved', action: 'reviewed' }, true, 'reviewed is submitted'],
  ['{pull_request_review: {types: [submitted]}}', { type: 'pull_request_review_comment', action: 'reviewed' }, false, 'a comment review is judged by the comment rule'],
  ['{pull_request_review: {types: [created]}}', { type: 'pull_request_review_comment', action: 'reviewed' }, true, 'a comment review is judged by the comment rule'],
  ['{issues: {types: [labeled]}}', { type: 'issue_label', action: 'label_updated', addedLabels: 1 }, true, 'labels came'],
  ['{issues: {types: [labeled]}}', { type: 'issue_label', action: 'label_updated', removedLabels: 1 }, false, 'labels only went'],
  ['{issues: {types: [unlabeled]}}', { type: 'issue_label', action: 'label_cleared' }, true, 'all labels went'],
  ['{release: {types: [edited]}}', { type: 'release', action: 'updated' }, true, 'GitHub\'s word'],
  ['{registry_package: {types: [published]}}', { type: 'package', action: 'created' }, true, 'GitHub\'s words'],
  ['gollum', { type: 'wiki' }, true, 'GitHub\'s name'],
  ['{create: {branches: [x]}}', { type: 'create' }, true, 'filters are not asked'],
  ['pull_request_sync', { type: 'pull_request_sync', action: 'synchronized' }, true, 'an inner name works under on'],
  ['pull_request_label', { type: 'pull_request_label', action: 'label_updated' }, false, 'with the default types of its family'],
  ['status', { type: 'status' }, false, 'an event Gitea starts nothing on'],
  ['Push', { type: 'push' }, false, 'case counts'],
  ['{workflow_run: {workflows: [ci], branches: [main]}}', { type: 'workflow_run', action: 'completed', workflowName: 'ci', headBranch: 'main' }, true, 'name and branch'],
  ['{workflow_run: {workflows: [ci], types: [requested]}}', { type: 'workflow_run', action: 'completed', workflowName: 'ci' }, false, 'another type'],
  ['{schedule: [{cron: "0 1 * * *"}]}', { type: 'schedule' }, false, 'schedules are not matched'],
  ['{schedule: [{cron: "0 1 * * *"}]}', { type: 'cron' }, true, 'they come due'],
  ['push', { type: 'cron' }, false, 'without a schedule nothing comes due'],
  ['workflow_dispatch', { type: 'dispatch', workflow: 'ci.yml' }, true, 'the dispatched file'],
  ['workflow_dispatch', { type: 'dispatch', workflow: 'other.yml' }, false, 'another file is dispatched'],
];

describe('detectTriggers, other events', () => {
  it.each(events)('on %s: %j matches: %j (%s)', (on, event, matches) => {
    for (const gitea of ['1.25', '1.26', '1.27'] as const) expect(matched(on, event, gitea)).toHaveLength(matches ? 1 : 0);
  });

  it('dispatches a file without workflow_dispatch up to 1.25 only', () => {
    const event: TriggerEvent = { type: 'dispatch', workflow: '.gitea/workflows/ci.yml' };

    expect((['1.25', '1.26', '1.27'] as const).map((gitea) => matched('push', event, gitea).length)).toEqual([1, 0, 0]);
  });

  it('panics before it misses a head commit', () => {
    const [found] = judge('{pull_request_target: {types: ["["], paths: [src/**]}}', { type: 'pull_request', action: 'opened', changedFiles: ['src/a'], headMissing: true });

    expect(found?.kind).toBe('panics');
  });

  it.each([
    ['{pull_request: {types: ["["]}}', true, 'an invalid type'],
    ['{pull_request: {types: [nope, "["]}}', true, 'reached after one that does not match'],
    ['{pull_request: {types: [opened, "["]}}', false, 'not reached'],
    ['{issues: {types: ["["]}}', false, 'of another event'],
  ])('panics on %s: %j (%s)', (on, panics) => {
    const kinds = judge(on, { type: 'pull_request', action: 'opened' }).map(({ kind }) => kind);

    expect(kinds.includes('panics')).toBe(panics);
  });
});
