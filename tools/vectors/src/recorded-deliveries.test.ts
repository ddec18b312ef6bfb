import { parseDelivery } from '@tinqs/gitea-client';
import { recordedDelivery } from '@tinqs/gitea-client/testing';
import type { TriggerEvent } from '@tinqs/trigger-matcher';
import { matchTriggers, pushEvent } from '@tinqs/trigger-matcher';
import type { GiteaVersion, JobInstance } from '@tinqs/workflow-parser';
import { describe, expect, it } from 'vitest';
import { giteaVersions } from './vector.js';

function payloadOf(gitea: GiteaVersion, name: string) {
  return JSON.parse(recordedDelivery(gitea, name).body) as { workflow_job: { name: string; labels: string[]; run_id: number; status: string }; ref: string };
}

/** As a server announces a row when the run is made. A caller of 1.27 is announced as waiting, though its row is not. */
const announced = ({ name, labels, status, caller }: JobInstance) => ({ name, labels, status: status === 'waiting' && !caller ? 'queued' : 'waiting' });

/** What a dispatch from main starts on a server with the variable RUNNER_LABEL. */
function dispatched(jobs: string, gitea: GiteaVersion, runId: number) {
  const event: TriggerEvent = { type: 'dispatch', workflow: 'w.yml', ref: 'refs/heads/main', context: { github: { run_id: gitea === '1.25' ? '' : String(runId) }, vars: { RUNNER_LABEL: 'go' } } };
  const readCallee = () => 'on:\n  workflow_call:\njobs:\n  inner: {runs-on: go}\n';
  return matchTriggers([{ path: '.gitea/workflows/w.yml', text: `on: workflow_dispatch\njobs:\n${jobs}` }], event, { gitea, readCallee }).flatMap((decision) => decision.jobs.map(announced));
}

const dispatches: readonly (readonly [delivery: string, jobs: string])[] = [
  ['020-workflow_job-queued-plain', '  build: {runs-on: go}\n'],
  ['029-workflow_job-waiting-needs', '  first: {runs-on: go}\n  second: {needs: first, runs-on: go}\n'],
  ['032-workflow_job-matrix', '  test:\n    strategy: {matrix: {go: ["1.24", "1.25"], arch: [amd64, arm64], exclude: [{go: "1.24", arch: arm64}]}}\n    runs-on: [go, "${{ matrix.arch }}"]\n'],
  ['033-workflow_job-array', '  array: {runs-on: [go, linux, x64]}\n'],
  ['034-workflow_job-group', '  grouped: {runs-on: {group: big, labels: [go]}}\n'],
  ['035-workflow_job-unknown', '  lonely: {runs-on: nobody-has-this}\n'],
  ['036-workflow_job-no-runs-on', '  bare: {steps: [{run: echo}]}\n'],
  ['037-workflow_job-expr-var', '  var: {runs-on: "${{ vars.RUNNER_LABEL }}"}\n'],
  ['038-workflow_job-expr-missing-var', '  missing: {runs-on: "${{ vars.NOT_THERE }}"}\n'],
  ['039-workflow_job-expr-bad', '  bad: {runs-on: "${{ nope( }}"}\n'],
  ['040-workflow_job-expr-fromjson', `  list: {runs-on: "\${{ fromJSON('[\\"go\\",\\"linux\\"]') }}"}\n`],
  ['041-workflow_job-expr-format', '  fmt: {runs-on: "go-${{ github.ref_name }}-${{ github.run_id }}"}\n'],
  ['042-workflow_job-caller', '  call: {uses: ./.gitea/workflows/callee.yml}\n'],
  ['043-workflow_job-concurrency-wait', '  queued: {concurrency: slot, runs-on: nobody-has-this}\n'],
  ['047-workflow_job-queued-if-false', '  skipped: {if: false, runs-on: go}\n'],
];

describe.each(giteaVersions)('what Gitea %s announced', (gitea) => {
  it.each(dispatches)('%s is a row foreseen from its workflow', (delivery, jobs) => {
    const { name, labels, run_id: runId, status } = payloadOf(gitea, delivery).workflow_job;

    expect(dispatched(jobs, gitea, runId)).toContainEqual({ name, labels, status });
  });

  it.each([
    ['201-push-one-commit', '203-workflow_job-queued-on-push'],
    ['206-push-skip-ci', undefined],
    ['215-push-tag', '218-workflow_job-queued-on-tag'],
    ['220-push-tag-deleted', undefined],
  ])('%s starts what followed it: %s', (delivery, job) => {
    const { headers, body } = recordedDelivery(gitea, delivery);
    const push = parseDelivery(headers, Buffer.from(body));
    if (push.kind !== 'push') throw new Error(`${delivery} is no push`);
    const event = pushEvent({ ref: push.ref, before: push.before, after: push.after, changedFiles: null, message: push.headCommit?.message ?? '' });

    const rows = matchTriggers([{ path: '.gitea/workflows/ci.yml', text: 'on: [push, pull_request]\njobs: {test: {runs-on: nobody-has-this}}\n' }], event, { gitea }).flatMap(({ jobs }) => jobs.map(announced));

    const followed = job === undefined ? [] : [payloadOf(gitea, job).workflow_job];
    expect(rows).toEqual(followed.map(({ name, labels, status }) => ({ name, labels, status })));
  });
});
