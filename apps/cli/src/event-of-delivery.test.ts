import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { recordedDeliveries } from '@tinqs/gitea-client/testing';
import { eventOfDelivery } from './event-of-delivery.js';

describe('eventOfDelivery', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tinqs-ci-delivery-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'delivery.json');
  const read = (recorded: unknown) => {
    writeFileSync(file, typeof recorded === 'string' ? recorded : JSON.stringify(recorded));
    return eventOfDelivery(file, ['a']);
  };

  it('reads every recorded delivery, or says that its event starts nothing', () => {
    const types = new Set<string>();
    for (const { headers, body, name } of recordedDeliveries()) {
      const type = Object.entries(headers).find(([each]) => each === 'X-Gitea-Event-Type')?.[1] ?? '';
      if (['workflow_job', 'repository', 'status'].includes(type) || body === '' || !body.startsWith('{')) {
        expect(() => read({ headers, body }), name).toThrow(/starts no workflow|the body is no JSON/);
        continue;
      }
      expect(read({ headers, body }).type, name).toBe(type);
      types.add(type);
    }
    expect([...types]).toEqual(expect.arrayContaining(['push', 'create', 'delete', 'issues', 'issue_label', 'release', 'pull_request_sync', 'workflow_run']));
  });

  it('takes the words of Gitea, and what expressions see', () => {
    const repository = { full_name: 'acme/app', html_url: 'https://git.example.com/acme/app' };
    const of = (event: string, payload: object) => read({ headers: { 'x-gitea-event-type': event }, body: { repository, sender: { login: 'robin' }, ...payload } });

    expect(of('create', { ref: 'v1', ref_type: 'tag', sha: 'abc' })).toMatchObject({ type: 'create', ref: 'refs/tags/v1', after: 'abc', changedFiles: ['a'], context: { github: { actor: 'robin', repository: 'acme/app', repository_owner: 'acme', server_url: 'https://git.example.com/' } } });
    expect(of('release', { action: 'published', release: { tag_name: 'v2' } })).toMatchObject({ type: 'release', action: 'published', ref: 'refs/tags/v2' });
    expect(of('workflow_run', { action: 'completed', workflow: { name: 'ci' }, workflow_run: { head_branch: 'main' } })).toMatchObject({ workflowName: 'ci', headBranch: 'main' });
  });

  it.each<[unknown, string]>([
    ['nothing', 'expected a recorded delivery'],
    ['null', 'it has no headers'],
    [{ body: '{}' }, 'it has no headers'],
    [{ headers: {} }, 'it has no body'],
    [{ headers: {}, body: 'x' }, 'the body is no JSON'],
    [{ headers: {}, body: '7' }, 'the body is no JSON object'],
    [{ headers: { 'X-Gitea-Event-Type': 'repository' }, body: '{}' }, 'delivery.json'],
    [{ headers: { 'X-Gitea-Event-Type': 'push' }, body: '{}' }, 'delivery.json'],
  ])('says of %j what it expected: %s', (recorded, sentence) => expect(() => read(recorded)).toThrow(sentence));
});
