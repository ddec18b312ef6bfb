import type { GiteaVersion } from '@tinqs/workflow-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from './decision.js';
import { explainDecision } from './decision.js';
import { matchTriggers } from './match-triggers.js';
import type { TriggerEvent } from './trigger-event.js';
import { pushEvent } from './trigger-event.js';
import type { WorkflowFile } from './workflow-file.js';

const version = fc.constantFrom<GiteaVersion>('1.25', '1.26', '1.27');
const pattern = fc.constantFrom('main', 'dev', '*', '**', '!dev', 'src/**', '!src/gen/**', '**/*.md', 'docs/*', 'v*', '{main,dev}', '[', 'a++', '');
const filterKey = fc.constantFrom('branches', 'branches-ignore', 'tags', 'tags-ignore', 'paths', 'paths-ignore', 'types', 'foo');
const filters = fc.uniqueArray(fc.tuple(filterKey, fc.array(pattern, { maxLength: 3 })), { selector: ([key]) => key, maxLength: 4 });
const eventName = fc.constantFrom('push', 'pull_request', 'pull_request_target', 'release', 'schedule', 'workflow_dispatch', 'pull_request_sync', 'nope');
const body = fc.constantFrom('jobs: {b: {runs-on: go}}', 'jobs: {}', '', 'jobs: [', 'jobs: {b: {runs-on: "${{ cancelled() }}"}}', 'jobs: {b: }', 'jobs: {a: {runs-on: [x, y]}, b: {needs: a, runs-on: go}}');
const text = fc.tuple(fc.uniqueArray(fc.tuple(eventName, filters), { selector: ([name]) => name, minLength: 1, maxLength: 3 }), body).map(([events, jobs]) => `on: ${JSON.stringify(Object.fromEntries(events.map(([name, keys]) => [name, Object.fromEntries(keys)])))}\n${jobs}\n`);
const path = fc.constantFrom('a.yml', 'b.yml', 'sub/c.yml', 'é.yml', 'z.yaml');
const files = fc.uniqueArray(fc.record({ path, text }), { selector: (file) => file.path, minLength: 1, maxLength: 4 });
const fileName = fc.constantFrom('src/a.go', 'src/gen/x', 'docs/a', 'README.md', 'docs/x/b.md', 'new\nline');
const push = fc.record({ ref: fc.constantFrom('refs/heads/main', 'refs/heads/dev', 'refs/tags/v1', 'refs/pull/1/head'), changedFiles: fc.option(fc.uniqueArray(fileName)) }).map(({ ref, changedFiles }) => pushEvent({ ref, before: 'b', after: 'a', changedFiles, message: '' }));
const other: fc.Arbitrary<TriggerEvent> = fc.record(
  { type: fc.oneof(eventName, fc.constantFrom('wiki', 'dispatch', 'cron', 'pull_request_label', 'workflow_run')), action: fc.constantFrom('opened', 'synchronized', 'closed', 'published'), baseRef: fc.constantFrom('main', 'dev'), changedFiles: fc.uniqueArray(fileName) },
  { requiredKeys: ['type'] },
);
const event = fc.oneof(push, other);

const told = (decisions: readonly Decision[]) => decisions.map((decision) => explainDecision(decision)).sort();
const running = (decisions: readonly Decision[]) => decisions.filter(({ outcome }) => outcome === 'runs').map(({ path: name, trigger }) => `${name} ${trigger?.name}`);

describe('matchTriggers', () => {
  it('does not depend on the order of the workflows', () => {
    fc.assert(
      fc.property(files, event, version, fc.infiniteStream(fc.nat()), (some, happened, gitea, numbers) => {
        const shuffled = some
          .map((file) => ({ file, at: numbers.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ file }) => file);

        expect(told(matchTriggers(shuffled, happened, { gitea }))).toEqual(told(matchTriggers(some, happened, { gitea })));
      }),
    );
  });

  it('never turns a run off for one more changed file', () => {
    fc.assert(
      fc.property(files, push, fileName, version, (some, happened, added, gitea) => {
        fc.pre(happened.changedFiles !== null && happened.changedFiles !== undefined);
        const more = { ...happened, changedFiles: [...(happened.changedFiles ?? []), added] };

        const before = running(matchTriggers(some, happened, { gitea }));
        expect(running(matchTriggers(some, more, { gitea }))).toEqual(expect.arrayContaining(before));
      }),
    );
  });

  it('decides each file at least once, gives a reason with a place to each, and never throws', () => {
    const anything: fc.Arbitrary<readonly WorkflowFile[]> = fc.oneof(files, fc.array(fc.record({ path: fc.string(), text: fc.string() }), { maxLength: 3 }));
    fc.assert(
      fc.property(anything, event, version, (some, happened, gitea) => {
        const decisions = matchTriggers(some, happened, { gitea });

        expect(new Set(decisions.map((decision) => decision.path))).toEqual(new Set(some.map((file) => file.path)));
        for (const { reason } of decisions) {
          expect(reason.sentence).not.toBe('');
          expect(reason.line).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('answers the same from workflows it has read before', () => {
    fc.assert(
      fc.property(files, event, event, version, (some, first, second, gitea) => {
        matchTriggers(some, first, { gitea });

        expect(matchTriggers(some, second, { gitea })).toEqual(matchTriggers(some.map((file) => ({ ...file })), second, { gitea }));
      }),
    );
  });
});
