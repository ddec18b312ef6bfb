import { describe, expect, it } from 'vitest';
import type { Decision } from './decision.js';
import { explainDecision } from './decision.js';
import { matchTriggers } from './match-triggers.js';
import type { TriggerEvent } from './trigger-event.js';
import { pushEvent } from './trigger-event.js';
import type { WorkflowFile } from './workflow-file.js';

const file = (name: string, on: string, rest = '\njobs: {build: {runs-on: go, steps: [{run: make}]}}\n'): WorkflowFile => ({ path: `.gitea/workflows/${name}`, text: `on: ${on}${rest}` });
const ci = file('ci.yml', 'push');
const docs: WorkflowFile = { path: '.gitea/workflows/docs.yml', text: 'on:\n  push:\n    paths:\n      - docs/**\njobs:\n  build: {runs-on: go}\n' };
const broken = file('broken.yml', 'push', '\njobs: [\n');
const deaf = file('deaf.yml', 'release');
const panicking = file('panic.yml', 'release', '\njobs: {build: {runs-on: "${{ cancelled() }}"}}\n');
const panickingHere = file('here.yml', 'push', '\njobs: {build: {runs-on: "${{ cancelled() }}"}}\n');
const push = (change: Partial<Parameters<typeof pushEvent>[0]> = {}) => pushEvent({ ref: 'refs/heads/main', before: 'b'.repeat(40), after: 'a'.repeat(40), changedFiles: ['src/a.go', 'README.md'], message: 'fix', ...change });

const outcomes = (decisions: readonly Decision[]) => decisions.map(({ path, outcome }) => [path.slice('.gitea/workflows/'.length), outcome]);

describe('matchTriggers', () => {
  it('decides every file, in the order given', () => {
    expect(outcomes(matchTriggers([docs, ci, broken, deaf], push()))).toEqual([
      ['docs.yml', 'no-match'],
      ['ci.yml', 'runs'],
      ['broken.yml', 'ignored'],
      ['deaf.yml', 'no-match'],
    ]);
  });

  it('gives a run for each entry that matches, with its rows', () => {
    const decisions = matchTriggers([file('two.yml', '[push, push]')], push());

    expect(decisions.map(({ outcome, trigger, jobs }) => [outcome, trigger?.name, jobs.map(({ id, labels }) => [id, labels])])).toEqual([
      ['runs', 'push', [['build', ['go']]]],
      ['runs', 'push', [['build', ['go']]]],
    ]);
  });

  it('evaluates labels and names with what the event says, and with what the caller adds', () => {
    const workflow = file('x.yml', 'push', '\nrun-name: "${{ github.event_name }} by ${{ github.actor }}"\njobs: {b: {runs-on: ["${{ github.ref_name }}", "${{ github.workflow }}", "${{ vars.RUNNER }}"]}}\n');
    const event: TriggerEvent = { ...push(), context: { github: { actor: 'robin' }, vars: { RUNNER: 'go' } } };

    expect(matchTriggers([workflow], event)).toMatchObject([{ runName: 'push by robin', jobs: [{ labels: ['main', 'x.yml', 'go'] }] }]);
  });

  it('warns of labels that ask for what nobody told', () => {
    const workflow = file('x.yml', 'push', '\njobs:\n  b: {runs-on: ["go-${{ github.actor }}", "${{ github.ref_name }}"], steps: [{run: "echo ${{ github.repository }}"}]}\n');
    const [blind] = matchTriggers([workflow], push());
    const [told] = matchTriggers([workflow], { ...push(), context: { github: { actor: 'robin' } } });

    expect(blind?.problems).toMatchObject([{ code: 'context-unknown', line: 3, path: '.gitea/workflows/x.yml' }]);
    expect(told).toMatchObject({ problems: [], jobs: [{ labels: ['go-robin', 'main'] }] });
  });

  it('hides on 1.25 the variables from a dispatch and github from a schedule', () => {
    const workflow = file('x.yml', '{workflow_dispatch: , schedule: [{cron: "0 1 * * *"}]}', '\njobs: {b: {runs-on: ["${{ github.ref_name }}", "${{ vars.RUNNER }}"]}}\n');
    const common = { ref: 'refs/heads/main', context: { vars: { RUNNER: 'go' } } };
    const labels = (event: TriggerEvent) => (['1.25', '1.26', '1.27'] as const).map((gitea) => matchTriggers([workflow], { ...common, ...event }, { gitea })[0]?.jobs[0]?.labels);

    expect(labels({ type: 'dispatch', workflow: 'x.yml' })).toEqual([['main', ''], ['main', 'go'], ['main', 'go']]);
    expect(labels({ type: 'cron' })).toEqual([['', 'go'], ['main', 'go'], ['main', 'go']]);
  });

  it.each([
    [{ message: 'fix [skip ci]' }, 'skip-words', 'the message of the head commit holds [skip ci]'],
    [{ after: '0'.repeat(40) }, 'ref-deleted', 'the push deletes refs/heads/main, and deletions start nothing'],
  ])('starts nothing at all on %j', (change, code, sentence) => {
    expect(matchTriggers([ci, docs], push(change)).map(({ outcome, reason }) => [outcome, reason.code, reason.sentence])).toEqual([
      ['no-match', code, sentence],
      ['no-match', code, sentence],
    ]);
  });

  it('stores no run on 1.25 where the jobs cannot be read, and ignores the file since 1.26', () => {
    const jobless = file('x.yml', 'push', '\n');

    expect((['1.25', '1.26', '1.27'] as const).map((gitea) => matchTriggers([jobless], push(), { gitea })[0]?.outcome)).toEqual(['jobs-error', 'ignored', 'ignored']);
  });

  describe('when a file makes Gitea panic', () => {
    it('loses the event for every file since 1.26, whatever that file listens to', () => {
      expect(outcomes(matchTriggers([ci, panicking, docs], push(), { gitea: '1.27' }))).toEqual([
        ['ci.yml', 'panic'],
        ['panic.yml', 'panic'],
        ['docs.yml', 'no-match'],
      ]);
      expect(outcomes(matchTriggers([ci, panicking], push(), { gitea: '1.25' }))).toEqual([
        ['ci.yml', 'runs'],
        ['panic.yml', 'no-match'],
      ]);
    });

    it('loses on 1.25 only the runs that were still to come, by the order of their paths', () => {
      const [first, last] = [file('a.yml', 'push'), file('z.yml', 'push')];

      expect(outcomes(matchTriggers([last, panickingHere, first], push(), { gitea: '1.25' }))).toEqual([
        ['z.yml', 'panic'],
        ['here.yml', 'panic'],
        ['a.yml', 'runs'],
      ]);
    });

    it('points from every lost file to the place that did it', () => {
      const [lost] = matchTriggers([ci, file('types.yml', '{pull_request: {types: ["["]}, push: }')], { type: 'pull_request', action: 'opened' });
      const [taken] = matchTriggers([file('ci.yml', 'pull_request'), file('types.yml', '{pull_request: {types: ["["]}}')], { type: 'pull_request', action: 'opened' });

      expect(lost?.outcome).toBe('no-match');
      expect(taken).toMatchObject({ outcome: 'panic', reason: { code: 'panic-elsewhere', path: '.gitea/workflows/types.yml', line: 1 } });
    });
  });

  it('starts nothing of a commit in which a submodule is called like a workflow', () => {
    const decisions = matchTriggers([ci, { path: '.gitea/workflows/sub.yml', text: '', kind: 'submodule' }], push());

    expect(decisions.map(({ outcome, reason }) => [outcome, reason.code, reason.path])).toEqual([
      ['no-match', 'unreadable', '.gitea/workflows/sub.yml'],
      ['ignored', 'unreadable', '.gitea/workflows/sub.yml'],
    ]);
  });

  it('reads a link as the text of its target, and a folder not at all', () => {
    const decisions = matchTriggers([{ path: 'a.yml', text: '../b.yml', kind: 'link' }, { path: 'c.yml', text: '', kind: 'folder' }], push());

    expect(decisions.map(({ outcome, reason }) => [outcome, reason.sentence])).toEqual([
      ['ignored', 'this is a symbolic link, and Gitea reads the text of its target, not the file it points to'],
      ['ignored', 'this is a folder, not a workflow'],
    ]);
  });
});

describe('explainDecision', () => {
  it.each([
    [[docs], push(), '.gitea/workflows/docs.yml:3 does not run: paths "docs/**" matched none of 2 files'],
    [[ci], push(), '.gitea/workflows/ci.yml:1 runs: push has no filters (1 job: build)'],
    [[file('x.yml', 'push', '\njobs: {}\n')], push(), '.gitea/workflows/x.yml:1 runs: push has no filters (no jobs)'],
    [[file('x.yml', 'push', '\njobs: {a: {runs-on: go, strategy: {matrix: {n: [1, 2, 3, 4, 5, 6]}}}}\n')], push(), '.gitea/workflows/x.yml:1 runs: push has no filters (6 jobs: a (1), a (2), a (3), a (4) and 2 more)'],
  ])('says it in one line with the place to look at', (files, event, line) => {
    expect(matchTriggers(files, event).map(explainDecision)).toEqual([line]);
  });

  it('says what Gitea passes over, cannot store, and dies on', () => {
    const lines = [...matchTriggers([broken], push()), ...matchTriggers([file('x.yml', 'push', '\n')], push(), { gitea: '1.25' }), ...matchTriggers([ci, panicking], push())].map(explainDecision);

    expect(lines.map((line) => line.replace(/: .*/, ''))).toEqual([
      expect.stringMatching(/^\.gitea\/workflows\/broken\.yml:\d+ is ignored by Gitea$/),
      expect.stringMatching(/^\.gitea\/workflows\/x\.yml:\d+ matches, but Gitea stores no run$/),
      '.gitea/workflows/ci.yml is lost',
      expect.stringMatching(/^\.gitea\/workflows\/panic\.yml:\d+ makes Gitea panic$/),
    ]);
  });
});
