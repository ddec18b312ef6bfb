import { describe, expect, it } from 'vitest';
import { eventOfFlags, type EventFlags } from './event-of-flags.js';

describe('eventOfFlags', () => {
  it.each<[EventFlags, object, string]>([
    [{}, { type: 'push', ref: 'refs/heads/main' }, 'a push to main by default'],
    [{ ref: 'refs/tags/v1' }, { type: 'push', ref: 'refs/tags/v1' }, 'a full ref'],
    [{ event: 'pull_request', ref: 'dev' }, { type: 'pull_request', action: 'opened', baseRef: 'dev' }, 'opened by default'],
    [{ event: 'pull_request', action: 'synchronize' }, { type: 'pull_request_sync', action: 'synchronized' }, "types' word for Gitea's"],
    [{ event: 'pull_request_target', action: 'labeled' }, { type: 'pull_request_label', action: 'label_updated' }, 'the same event'],
    [{ event: 'issues', action: 'labeled' }, { type: 'issue_label', action: 'label_updated', addedLabels: 1 }, 'a label came'],
    [{ event: 'issues', action: 'unlabeled' }, { type: 'issue_label', action: 'label_cleared' }, 'labels went'],
    [{ event: 'release', action: 'edited' }, { type: 'release', action: 'updated' }, "Gitea's word"],
    [{ event: 'registry_package' }, { type: 'package', action: 'created' }, 'published'],
    [{ event: 'pull_request_review' }, { type: 'pull_request_review_approved', action: 'reviewed' }, 'a review'],
    [{ event: 'gollum' }, { type: 'wiki' }, 'the wiki'],
    [{ event: 'workflow_run', workflow: 'ci', ref: 'dev' }, { type: 'workflow_run', action: 'completed', workflowName: 'ci', headBranch: 'dev' }, 'another workflow'],
    [{ event: 'workflow_dispatch', workflow: 'ci.yml' }, { type: 'dispatch', workflow: 'ci.yml' }, 'a dispatch'],
    [{ event: 'schedule' }, { type: 'cron' }, 'its time has come'],
  ])('%j', (flags, event) => expect(eventOfFlags(flags, null)).toMatchObject(event));

  it('says which events there are', () => {
    expect(() => eventOfFlags({ event: 'pushed' }, null)).toThrow('--event pushed: expected one of create, delete, fork');
  });
});
